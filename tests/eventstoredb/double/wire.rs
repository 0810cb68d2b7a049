//! The messages of the event store's protocol that the adapter and an ordinary client use.
//!
//! Written from the protocol's names and field numbers. A `oneof` is, on the wire, several optional fields of which
//! one is present, and so it stands here; an enumeration is its number. Fields that are never looked at are left out,
//! which the format allows.

use std::collections::HashMap;

use bytes::Bytes;
use prost::Message;

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Empty {}

#[derive(Clone, PartialEq, Message)]
pub struct Uuid {
    #[prost(message, optional, tag = "1")]
    pub structured: Option<Structured>,
    #[prost(string, optional, tag = "2")]
    pub string: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Structured {
    #[prost(int64, tag = "1")]
    pub high: i64,
    #[prost(int64, tag = "2")]
    pub low: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct StreamIdentifier {
    #[prost(bytes = "bytes", tag = "3")]
    pub stream_name: Bytes,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Message)]
pub struct Position {
    #[prost(uint64, tag = "1")]
    pub commit: u64,
    #[prost(uint64, tag = "2")]
    pub prepare: u64,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Timestamp {
    #[prost(int64, tag = "1")]
    pub seconds: i64,
}

// Read

#[derive(Clone, PartialEq, Message)]
pub struct ReadReq {
    #[prost(message, optional, tag = "1")]
    pub options: Option<ReadOptions>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ReadOptions {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamOptions>,
    #[prost(message, optional, tag = "2")]
    pub all: Option<AllOptions>,
    /// 0 forwards, 1 backwards.
    #[prost(int32, tag = "3")]
    pub direction: i32,
    #[prost(uint64, optional, tag = "5")]
    pub count: Option<u64>,
    #[prost(message, optional, tag = "6")]
    pub subscription: Option<Empty>,
    #[prost(message, optional, tag = "7")]
    pub filter: Option<Filter>,
    #[prost(message, optional, tag = "9")]
    pub uuid: Option<UuidOption>,
}

#[derive(Clone, PartialEq, Message)]
pub struct StreamOptions {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
    #[prost(uint64, optional, tag = "2")]
    pub revision: Option<u64>,
    #[prost(message, optional, tag = "4")]
    pub end: Option<Empty>,
}

#[derive(Clone, PartialEq, Message)]
pub struct AllOptions {
    #[prost(message, optional, tag = "1")]
    pub position: Option<Position>,
    #[prost(message, optional, tag = "3")]
    pub end: Option<Empty>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Filter {
    #[prost(message, optional, tag = "1")]
    pub stream_name: Option<Expression>,
    #[prost(message, optional, tag = "2")]
    pub event_type: Option<Expression>,
    #[prost(uint32, optional, tag = "3")]
    pub window: Option<u32>,
    #[prost(uint32, tag = "5")]
    pub checkpoint_interval: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Expression {
    #[prost(string, tag = "1")]
    pub regex: String,
    #[prost(string, repeated, tag = "2")]
    pub prefixes: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct UuidOption {
    #[prost(message, optional, tag = "1")]
    pub structured: Option<Empty>,
    #[prost(message, optional, tag = "2")]
    pub string: Option<Empty>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ReadResp {
    #[prost(message, optional, tag = "1")]
    pub event: Option<ReadEvent>,
    #[prost(message, optional, tag = "2")]
    pub confirmation: Option<Confirmation>,
    #[prost(message, optional, tag = "3")]
    pub checkpoint: Option<Checkpoint>,
    #[prost(message, optional, tag = "4")]
    pub stream_not_found: Option<StreamNotFound>,
    #[prost(message, optional, tag = "8")]
    pub caught_up: Option<CaughtUp>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ReadEvent {
    #[prost(message, optional, tag = "1")]
    pub event: Option<RecordedEvent>,
    #[prost(uint64, optional, tag = "3")]
    pub commit: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct RecordedEvent {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Uuid>,
    #[prost(message, optional, tag = "2")]
    pub stream: Option<StreamIdentifier>,
    #[prost(uint64, tag = "3")]
    pub revision: u64,
    #[prost(uint64, tag = "4")]
    pub prepare: u64,
    #[prost(uint64, tag = "5")]
    pub commit: u64,
    #[prost(map = "string, string", tag = "6")]
    pub metadata: HashMap<String, String>,
    #[prost(bytes = "bytes", tag = "7")]
    pub custom_metadata: Bytes,
    #[prost(bytes = "bytes", tag = "8")]
    pub data: Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub struct Confirmation {
    #[prost(string, tag = "1")]
    pub subscription_id: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Checkpoint {
    #[prost(uint64, tag = "1")]
    pub commit: u64,
    #[prost(uint64, tag = "2")]
    pub prepare: u64,
    #[prost(message, optional, tag = "3")]
    pub timestamp: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub struct StreamNotFound {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct CaughtUp {
    #[prost(message, optional, tag = "1")]
    pub timestamp: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    pub position: Option<Position>,
}

// Append

#[derive(Clone, PartialEq, Message)]
pub struct AppendReq {
    #[prost(message, optional, tag = "1")]
    pub options: Option<AppendOptions>,
    #[prost(message, optional, tag = "2")]
    pub proposed: Option<Proposed>,
}

#[derive(Clone, PartialEq, Message)]
pub struct AppendOptions {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
    #[prost(uint64, optional, tag = "2")]
    pub revision: Option<u64>,
    #[prost(message, optional, tag = "3")]
    pub no_stream: Option<Empty>,
    #[prost(message, optional, tag = "4")]
    pub any: Option<Empty>,
    #[prost(message, optional, tag = "5")]
    pub stream_exists: Option<Empty>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Proposed {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Uuid>,
    #[prost(map = "string, string", tag = "2")]
    pub metadata: HashMap<String, String>,
    #[prost(bytes = "bytes", tag = "3")]
    pub custom_metadata: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    pub data: Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub struct AppendResp {
    #[prost(message, optional, tag = "1")]
    pub success: Option<Success>,
    #[prost(message, optional, tag = "2")]
    pub wrong: Option<WrongVersion>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Success {
    #[prost(uint64, optional, tag = "1")]
    pub current: Option<u64>,
    #[prost(message, optional, tag = "3")]
    pub position: Option<Position>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct WrongVersion {
    #[prost(uint64, optional, tag = "6")]
    pub current: Option<u64>,
    #[prost(message, optional, tag = "7")]
    pub current_no_stream: Option<Empty>,
    #[prost(uint64, optional, tag = "8")]
    pub expected: Option<u64>,
    #[prost(message, optional, tag = "9")]
    pub expected_any: Option<Empty>,
    #[prost(message, optional, tag = "10")]
    pub expected_stream_exists: Option<Empty>,
    #[prost(message, optional, tag = "11")]
    pub expected_no_stream: Option<Empty>,
}

#[derive(Clone, PartialEq, Message)]
pub struct BatchAppendReq {
    #[prost(message, optional, tag = "1")]
    pub correlation: Option<Uuid>,
    #[prost(message, optional, tag = "2")]
    pub options: Option<AppendOptions>,
    #[prost(message, repeated, tag = "3")]
    pub proposed: Vec<Proposed>,
    #[prost(bool, tag = "4")]
    pub last: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct BatchAppendResp {
    #[prost(message, optional, tag = "1")]
    pub correlation: Option<Uuid>,
    #[prost(message, optional, tag = "2")]
    pub error: Option<Problem>,
    #[prost(message, optional, tag = "3")]
    pub success: Option<Success>,
    #[prost(message, optional, tag = "4")]
    pub stream: Option<StreamIdentifier>,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
pub struct Problem {
    #[prost(int32, tag = "1")]
    pub code: i32,
    #[prost(string, tag = "2")]
    pub message: String,
    #[prost(message, optional, tag = "3")]
    pub details: Option<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
pub struct Any {
    #[prost(string, tag = "1")]
    pub type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// The shared form of a wrong version, in a batch's problem.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct BatchWrongVersion {
    #[prost(uint64, optional, tag = "1")]
    pub current: Option<u64>,
    #[prost(message, optional, tag = "2")]
    pub current_no_stream: Option<Empty>,
    #[prost(uint64, optional, tag = "3")]
    pub expected: Option<u64>,
    #[prost(message, optional, tag = "4")]
    pub expected_any: Option<Empty>,
    #[prost(message, optional, tag = "5")]
    pub expected_stream_exists: Option<Empty>,
    #[prost(message, optional, tag = "6")]
    pub expected_no_stream: Option<Empty>,
}

// Server features and gossip

#[derive(Clone, PartialEq, Message)]
pub struct SupportedMethods {
    #[prost(message, repeated, tag = "1")]
    pub methods: Vec<SupportedMethod>,
    #[prost(string, tag = "2")]
    pub server_version: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct SupportedMethod {
    #[prost(string, tag = "1")]
    pub method: String,
    #[prost(string, tag = "2")]
    pub service: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct ClusterInfo {
    #[prost(message, repeated, tag = "1")]
    pub members: Vec<Member>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Member {
    #[prost(message, optional, tag = "1")]
    pub instance: Option<Uuid>,
    /// 6 is a follower, 8 the leader.
    #[prost(int32, tag = "3")]
    pub state: i32,
    #[prost(bool, tag = "4")]
    pub is_alive: bool,
    #[prost(message, optional, tag = "5")]
    pub endpoint: Option<EndPoint>,
}

#[derive(Clone, PartialEq, Message)]
pub struct EndPoint {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(uint32, tag = "2")]
    pub port: u32,
}
