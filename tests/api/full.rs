//! A database whose disk is full: everybody is told so soon, nothing is half-written, and room is all it takes to go on.
//!
//! The disk is a small one in memory that this test mounts, which needs root. Elsewhere it says so and does nothing.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use casework::postgres::{Place, PrivatePostgres};
use event_store::{EventStore as _, NodeSource as _};
use system_tests::http::Served;
use system_tests::{TestApp, TestDatabase};
use uuid::Uuid;

use crate::{Api, contact};

/// A database without rows takes a sixth of this.
const DISK_MEGABYTES: u64 = 64;
/// What is left of it when the service starts.
const ROOM_BYTES: u64 = 3 * 1024 * 1024;
/// A lost connection is told after twice ten seconds; nobody waits as long for a disk that is full.
const SOON: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(60);

/// A small disk, gone when it is dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None` where nobody may mount one.
    fn mount() -> Option<Self> {
        let path = std::env::temp_dir().join(format!("goldthread-small-disk-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        let size = format!("size={DISK_MEGABYTES}m,mode=0755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(path));
        }
        fs::remove_dir(&path).unwrap();
        None
    }

    /// Fills it but for a little room.
    fn fill(&self) -> Ballast {
        let path = self.0.join("ballast");
        let mut ballast = File::create(&path).unwrap();
        let free = free_bytes(&self.0);
        std::io::copy(
            &mut std::io::Read::take(std::io::repeat(7), free.saturating_sub(ROOM_BYTES)),
            &mut ballast,
        )
        .unwrap();
        Ballast(path)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}

struct Ballast(PathBuf);

fn free_bytes(path: &Path) -> u64 {
    let told = Command::new("stat").args(["--file-system", "--format", "%a %S"]).arg(path).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let (blocks, size) = told.trim().split_once(' ').unwrap();
    blocks.parse::<u64>().unwrap() * size.parse::<u64>().unwrap()
}

/// A database on that disk, of a server that ends before the disk does: no server goes on without a disk it wrote to.
async fn database_on(disk: &Disk, server: &PrivatePostgres) -> TestDatabase {
    let database = TestDatabase::on(server.address()).await;
    let (server, connection) =
        tokio_postgres::connect(&database.address.settings("postgres", "postgres"), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    let data: String = server.query_one("show data_directory", &[]).await.unwrap().get(0);
    let owner = fs::metadata(data).unwrap();
    let folder = disk.0.join("tables");
    fs::create_dir(&folder).unwrap();
    chown(&folder, Some(owner.uid()), Some(owner.gid())).unwrap();
    server.batch_execute(&format!("create tablespace small location '{}'", folder.display())).await.unwrap();
    server
        .batch_execute(&format!("alter database {} set tablespace small", database.database))
        .await
        .unwrap();
    database
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_disk_is_full_everybody_is_told_so_and_room_is_all_it_takes() {
    let Some(disk) = Disk::mount() else {
        println!("left out: only root may mount a small disk to fill");
        return;
    };
    let server = PrivatePostgres::start(&Place::throwaway().unwrap()).unwrap();
    let test = TestApp::over(database_on(&disk, &server).await).await;
    let served = Served::start(&test.app).await;
    let api = Api { test, served };
    let ballast = disk.fill();
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let told = contact(child, &"Said again and again. ".repeat(400));
    let mut acknowledged = BTreeSet::<Uuid>::new();
    let (refused, key) = loop {
        let key = format!("contact {}", acknowledged.len());
        let begun = Instant::now();
        let answer = door.post_with("/api/v1/contacts", &[("idempotency-key", &key)], &told).await;
        if answer.status != 201 {
            assert!(begun.elapsed() < SOON, "it took {:?} to say {}", begun.elapsed(), answer.text());
            break (answer, key);
        }
        assert!(acknowledged.insert(answer.id()));
        assert!(acknowledged.len() < 5_000, "the disk never filled");
    };
    println!("full after {} contacts", acknowledged.len());
    assert_eq!(refused.problem(503)["code"], "unavailable");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(api.served.nobody().get("/livez").await.status, 200);

    fs::remove_file(&ballast.0).unwrap();
    let begun = Instant::now();
    let again = loop {
        let answer = door.post_with("/api/v1/contacts", &[("idempotency-key", &key)], &told).await;
        if answer.status != 503 {
            break answer;
        }
        assert!(begun.elapsed() < PATIENCE, "it does not go on by itself");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(acknowledged.insert(again.id()), "a contact of its own");
    let position = again.json()["position"].as_str().unwrap().to_owned();
    let ask = format!("/api/v1/people/{child}/timeline?limit=200&at_least={position}");
    let mut seen = BTreeSet::new();
    let mut page = String::new();
    loop {
        let timeline = door.get(&format!("{ask}{page}")).await;
        assert_eq!(timeline.status, 200, "{}", timeline.text());
        let timeline = timeline.json();
        for entry in timeline["entries"].as_array().unwrap() {
            if entry["kind"] == "contact.recorded" {
                seen.insert(entry["record"].as_str().unwrap().parse::<Uuid>().unwrap());
            }
        }
        match timeline["next"].as_str() {
            Some(next) => page = format!("&page={next}"),
            None => break,
        }
    }
    assert_eq!(seen, acknowledged, "what was acknowledged, and nothing else");
    let head = api.test.app.record.tree_head().await.unwrap();
    let verified = api.test.app.record.verify(|_| None, &[], |_| ()).await.unwrap();
    assert_eq!((verified.fault, verified.events, verified.root), (None, head.size, head.root));
    assert_eq!(api.test.app.record.head().await.unwrap().position.raw(), u128::from(head.size));
}
