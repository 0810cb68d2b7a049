//! The command line: one file a command.
//!
//! `record`, `enquire`, `notices`, `people`, `access`, `status`, `timeline`, `management` and `linkage` (but for its dry
//! run) are a practitioner's: they speak to a running node over its API with a token. The rest are the node's own: they
//! open its database.

mod access;
mod account;
mod agency;
mod bundle;
mod client;
mod doctor;
mod enquire;
mod failure;
mod import;
mod keys;
mod linkage;
mod management;
mod migrate;
mod node;
mod notices;
mod openapi;
mod output;
mod people;
mod policy;
mod projections;
mod provision;
mod record;
mod replay;
mod serve;
mod status;
mod timeline;
mod token;
mod verify;

use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use casework::settings::{Settings, has_password};
use failure::Failure;
use output::Output;

/// The golden thread of a child's safety across agencies.
#[derive(Debug, Parser)]
#[command(name = "goldthread", version, about, propagate_version = true, disable_help_subcommand = true)]
struct CommandLine {
    #[command(flatten)]
    settings: Settings,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set everything up that is missing, and answer requests until stopped.
    Serve(serve::Serve),
    /// Bring the databases' tables up to date.
    Migrate(migrate::Migrate),
    /// Read a file of testimony into the record.
    #[command(subcommand)]
    Import(import::Import),
    /// Put something on record.
    #[command(subcommand)]
    Record(record::Record),
    /// Ask whether a child is known, and whom to ring.
    Enquire(enquire::Enquire),
    /// Answers to enquiries that would now differ.
    #[command(subcommand)]
    Notices(notices::Notices),
    /// Look for people, and at how people were looked for.
    #[command(subcommand)]
    People(people::People),
    /// Who has looked at somebody's record.
    #[command(subcommand)]
    Access(access::Access),
    /// Show what has happened to somebody, newest first.
    Timeline(timeline::Timeline),
    /// Show how a child stands at each authority.
    Status(status::Status),
    /// What small facts add up to: rules, alerts, and what is decided about them.
    #[command(subcommand)]
    Linkage(linkage::Linkage),
    /// Tell the history of a person or a case as it was known at any time.
    Replay(replay::Replay),
    /// Figures of the work, and the children behind them.
    #[command(subcommand)]
    Management(management::Management),
    /// Check a log, one proof or a bundle; says the first bad position when anything was changed.
    #[command(subcommand)]
    Verify(verify::Verify),
    /// Write events with their proofs to a file that anyone can check with no database.
    Bundle(bundle::Bundle),
    /// What the node says of an agency.
    #[command(subcommand)]
    Agency(agency::Agency),
    /// Whose the accounts are that people sign in with.
    #[command(subcommand)]
    Account(account::Account),
    /// Who may know what: the rules, and trying others.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// The keys that everything personal is sealed under.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Who works where, from a file.
    Provision(provision::Provision),
    /// Look after the views.
    #[command(subcommand)]
    Projections(projections::Projections),
    /// Make a development token; on a demonstration only.
    Token(token::Token),
    /// Print the API's description (OpenAPI 3.1).
    Openapi(openapi::Openapi),
    /// Look for what is set up badly, and say what to do.
    Doctor(doctor::Doctor),
}

/// Runs the command that was typed.
#[must_use]
pub fn run() -> ExitCode {
    let matches = CommandLine::command().get_matches();
    let CommandLine { mut settings, json, command } =
        CommandLine::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let output = Output::new(json);
    let done = keep_secrets(&matches)
        .and_then(|()| Ok(settings.take_given_key()?))
        .and_then(|()| carry_out(command, settings, output));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(output);
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command, settings: Settings, output: Output) -> Result<(), Failure> {
    match command {
        Command::Serve(serve) => serve.run(settings),
        Command::Migrate(migrate) => migrate.run(&settings, output),
        Command::Import(import) => import.run(settings, output),
        Command::Record(record) => record.run(&settings, output),
        Command::Enquire(enquire) => enquire.run(&settings, output),
        Command::Notices(notices) => notices.run(&settings, output),
        Command::People(people) => people.run(&settings, output),
        Command::Access(access) => access.run(&settings, output),
        Command::Timeline(timeline) => timeline.run(&settings, output),
        Command::Status(status) => status.run(&settings, output),
        Command::Linkage(linkage) => linkage.run(settings, output),
        Command::Replay(replay) => replay.run(settings, output),
        Command::Management(management) => management.run(&settings, output),
        Command::Verify(verify) => verify.run(settings, output),
        Command::Bundle(bundle) => bundle.run(settings, output),
        Command::Agency(agency) => agency.run(settings, output),
        Command::Account(account) => account.run(settings, output),
        Command::Policy(policy) => policy.run(settings, output),
        Command::Keys(keys) => keys.run(settings, output),
        Command::Provision(provision) => provision.run(settings, output),
        Command::Projections(projections) => projections.run(settings, output),
        Command::Token(token) => token.run(settings, output),
        Command::Openapi(openapi) => openapi.run(output),
        Command::Doctor(doctor) => doctor.run(settings, output),
    }
}

/// What is typed as an argument is in the list of processes, for everybody on the machine to read.
fn keep_secrets(matches: &ArgMatches) -> Result<(), Failure> {
    let typed = |name: &str| {
        let is_known = matches.try_contains_id(name).unwrap_or(false);
        let is_typed = is_known && matches.value_source(name) == Some(ValueSource::CommandLine);
        matches.try_get_one::<String>(name).ok().flatten().filter(|_| is_typed)
    };
    for (name, flag, variable) in [
        ("database_url", "--database-url", "DATABASE_URL"),
        ("views_url", "--views-url", "VIEWS_URL"),
        ("keys_url", "--keys-url", "KEYS_URL"),
        ("migrate_url", "--migrate-url", "MIGRATE_URL"),
    ] {
        if typed(name).is_some_and(|url| has_password(url)) {
            return Err(Failure::new(format!(
                "`{flag}` holds a password, which everybody on this machine could read in the list of processes: give \
                 it in the environment as {variable}, or as `@` and a file that holds it"
            )));
        }
    }
    if typed("token").is_some() {
        return Err(Failure::new(
            "`--token` could be read by everybody on this machine in the list of processes: give the token in the \
             environment as GOLDTHREAD_TOKEN",
        ));
    }
    matches.subcommand().map_or(Ok(()), |(_, matches)| keep_secrets(matches))
}
