//! Parts that must run in a process of their own: a second writer, a rebuild whose memory is measured, the load.
//!
//! The bench starts itself again with a role. The job comes as one line of JSON; the child says when it is ready, is
//! told to go, and answers with one line of JSON.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::block_in_place;

use crate::{Result, append, load, rebuild};

const READY: &str = "ready";
const GO: &str = "go";

/// What a child is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Append,
    Rebuild,
    Load,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Rebuild => "rebuild",
            Self::Load => "load",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let known = [Self::Append, Self::Rebuild, Self::Load];
        known.into_iter().find(|role| role.name() == name).ok_or_else(|| format!("no child plays `{name}`"))
    }
}

/// A child that has its job and is ready.
pub struct Child {
    process: Process,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Child {
    /// Starts one and waits until it is ready.
    pub fn start(role: Role, job: &impl Serialize) -> Result<Self> {
        let job = serde_json::to_string(job)?;
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--child", role.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take().ok_or("the child has no input")?;
        let output = BufReader::new(process.stdout.take().ok_or("the child has no output")?);
        let mut child = Self { process, input, output };
        block_in_place(|| {
            writeln!(child.input, "{job}")?;
            match child.line()?.as_str() {
                READY => Ok(child),
                other => Err(format!("the child said `{other}` in place of `{READY}`").into()),
            }
        })
    }

    /// Lets it begin.
    pub fn go(&mut self) -> Result<()> {
        Ok(writeln!(self.input, "{GO}")?)
    }

    /// Its answer, when it has ended.
    pub fn answer<T: DeserializeOwned>(mut self) -> Result<T> {
        block_in_place(|| {
            let answer = serde_json::from_str(&self.line()?)?;
            self.process.wait()?;
            Ok(answer)
        })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            let status = self.process.wait()?;
            return Err(format!("the child ended early ({status})").into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // One that has ended is only reaped again, which does nothing.
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// The child's side.
pub async fn play(role: Role) -> Result<()> {
    match role {
        Role::Append => append::play().await,
        Role::Rebuild => rebuild::play().await,
        Role::Load => load::play().await,
    }
}

/// The child's job.
pub fn job<T: DeserializeOwned>() -> Result<T> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

/// Says that the child is ready and waits until it may go.
pub fn ready() -> Result<()> {
    println!("{READY}");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    if line.trim_end() == GO { Ok(()) } else { Err("the parent is gone".into()) }
}

/// Says what came of it.
pub fn done(answer: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(answer)?);
    Ok(())
}
