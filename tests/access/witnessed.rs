//! A log that is cut, or written anew, by whoever has the database and signs whatever it holds: the witness remembers.

use casework::evidence::{CheckpointError, LogName};
use casework::settings::Settings;
use casework::witness::Witness;
use event_store::note::NoteError;
use event_store::verify::Fault;
use system_tests::TestApp;

async fn fault(test: &TestApp, witness: &Witness) -> Option<Fault> {
    let signer = test.app.signer(LogName::Record).await.unwrap();
    let witnessed = witness.all(signer.verifier()).unwrap();
    let read = |note: &str| signer.verifier().verify(note).ok();
    test.app.record.verify(read, &witnessed, |_| ()).await.unwrap().fault
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_or_rewritten_since_a_witnessed_checkpoint_is_found_and_never_signed_again() {
    let file = std::env::temp_dir().join(format!("goldthread-witnessed-{}", std::process::id()));
    let witness_file = Some(file.clone());
    let settings = Settings { demonstration: true, witness_file, ..Settings::default() };
    let test = TestApp::with(settings).await;
    let witness = Witness::at(&file);
    test.child("Wren", "Holloway").await;
    let first = test.app.checkpoint(LogName::Record).await.unwrap();
    assert_eq!(test.app.checkpoint(LogName::Record).await.unwrap(), first);
    test.child("Robin", "Holloway").await;
    test.app.checkpoint(LogName::Record).await.unwrap();
    test.app.checkpoint(LogName::Access).await.unwrap();
    let signer = test.app.signer(LogName::Record).await.unwrap();
    let sizes = |witness: &Witness| {
        let of = witness.all(signer.verifier()).unwrap();
        of.iter().map(|checkpoint| checkpoint.size).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&witness), [2, 4], "each size once");
    assert_eq!(fault(&test, &witness).await, None);

    // Whoever has the database cuts its end off, and every trace of what was signed there.
    let tamper = async |sql: &str| {
        let admin = test.database.admin().await;
        admin.batch_execute(&format!("set session_replication_role = replica; {sql}")).await.unwrap();
    };
    tamper("delete from record.checkpoint").await;
    test.app.checkpoint(LogName::Record).await.unwrap();
    assert_eq!(fault(&test, &witness).await, None, "checkpoints lost by themselves are no fault of the log");
    tamper(
        "delete from record.checkpoint; delete from record.event where position > 2;
         delete from record.flush where position > 2; delete from record.node where true",
    )
    .await;
    let test = test.again().await;
    let said = test.app.checkpoint(LogName::Record).await.unwrap_err();
    assert!(matches!(said, CheckpointError::Cut { witnessed: 4, head: 2 }), "{said}");
    assert_eq!(fault(&test, &witness).await.map(|fault| fault.position()), Some(3));
    let blind = test.app.record.verify(|note| signer.verifier().verify(note).ok(), &[], |_| ()).await;
    assert_eq!(blind.unwrap().fault, None, "by itself the database tells nothing of it");

    // Then it is written on, for as long as it was.
    test.child("Robin", "Hollis").await;
    let said = test.app.checkpoint(LogName::Record).await.unwrap_err();
    assert!(matches!(said, CheckpointError::Note(NoteError::Inconsistent(_))), "{said}");
    assert_eq!(fault(&test, &witness).await, Some(Fault::Root { first: 3, last: 4 }));
    assert_eq!(sizes(&witness), [2, 4], "nothing else was witnessed");
    std::fs::remove_file(file).unwrap();
}
