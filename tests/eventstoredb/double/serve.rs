//! Requests in, answers out: which method is meant, and which fault it meets.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use http_body::Frame;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::net::TcpStream;
use tonic::body::Body;
use tonic::codec::ProstCodec;
use tonic::metadata::MetadataValue;
use tonic::server::Grpc;
use tonic::{Code, Request, Response, Status, Streaming};
use tower_service::Service;
use uuid::Uuid;

use super::log::{Written, name};
use super::wire::*;
use super::{Fault, State, read};

pub async fn connection(state: Arc<State>, socket: TcpStream) {
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(answer(state, request).await) }
    });
    let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    // A connection that breaks is the client's to notice.
    let _ = serving.serve_connection(TokioIo::new(socket), service).await;
}

type Answer<T> = Result<Response<T>, Status>;
type Answers<T> = BoxStream<'static, Result<T, Status>>;

async fn answer(state: Arc<State>, request: http::Request<Incoming>) -> http::Response<Body> {
    match request.uri().path() {
        "/event_store.client.streams.Streams/Read" => {
            state.note(|asked| asked.reads += 1);
            let fault = state.on_read.lock().unwrap().pop_front();
            if matches!(fault, Some(Fault::Silent)) {
                std::future::pending::<()>().await;
            }
            let cut = matches!(fault, Some(Fault::CutAfter(_)));
            let method = method(move |asked: Request<ReadReq>| read_request(state, fault, asked));
            let answer = codec::<ReadResp, ReadReq>().server_streaming(method, request).await;
            if cut { answer.map(|body| Body::new(WithoutStatus(body))) } else { answer }
        }
        "/event_store.client.streams.Streams/Append" => {
            state.note(|asked| asked.appends += 1);
            let fault = state.on_append.lock().unwrap().pop_front();
            let method = method(move |asked: Request<Streaming<AppendReq>>| append(state, fault, asked));
            codec::<AppendResp, AppendReq>().client_streaming(method, request).await
        }
        "/event_store.client.streams.Streams/BatchAppend" => {
            let method = method(move |asked: Request<Streaming<BatchAppendReq>>| batch_append(state, asked));
            codec::<BatchAppendResp, BatchAppendReq>().streaming(method, request).await
        }
        "/event_store.client.server_features.ServerFeatures/GetSupportedMethods" => {
            state.note(|asked| asked.features += 1);
            let method = method(|_: Request<Empty>| Box::pin(async { Ok(Response::new(features())) }));
            codec::<SupportedMethods, Empty>().unary(method, request).await
        }
        "/event_store.client.gossip.Gossip/Read" => {
            let method =
                method(move |_: Request<Empty>| Box::pin(async move { Ok(Response::new(gossip(&state))) }));
            codec::<ClusterInfo, Empty>().unary(method, request).await
        }
        path => Status::unimplemented(format!("the double does not speak {path}")).into_http(),
    }
}

fn codec<Out: Message + Default + 'static, In: Message + Default + 'static>() -> Grpc<ProstCodec<Out, In>> {
    Grpc::new(ProstCodec::default()).max_decoding_message_size(64 << 20).max_encoding_message_size(64 << 20)
}

/// A function as a service of tonic's, which asks one once.
struct Method<F>(Option<F>);

fn method<F>(function: F) -> Method<F> {
    Method(Some(function))
}

impl<F, In, Out, Answered> Service<In> for Method<F>
where
    F: FnOnce(In) -> Answered,
    Answered: Future<Output = Result<Out, Status>>,
{
    type Response = Out;
    type Error = Status;
    type Future = Answered;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: In) -> Answered {
        self.0.take().expect("a method is asked once")(request)
    }
}

/// An answer whose end is lost: the stream closes, and no status says how it went.
struct WithoutStatus(Body);

impl http_body::Body for WithoutStatus {
    type Data = bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, Status>>> {
        Pin::new(&mut self.0)
            .poll_frame(cx)
            .map(|frame| frame.filter(|frame| frame.as_ref().is_ok_and(Frame::is_data)))
    }
}

fn refused(fault: &Fault) -> Option<Status> {
    match fault {
        Fault::Unavailable => Some(Status::unavailable("the double was told so")),
        Fault::NotLeader(leader) => {
            let mut status = Status::new(Code::NotFound, "Leader info available");
            let text = |text: &str| MetadataValue::try_from(text).unwrap();
            status.metadata_mut().insert("exception", text("not-leader"));
            status.metadata_mut().insert("leader-endpoint-host", text(&leader.ip().to_string()));
            status.metadata_mut().insert("leader-endpoint-port", text(&leader.port().to_string()));
            Some(status)
        }
        _ => None,
    }
}

fn read_request(
    state: Arc<State>,
    fault: Option<Fault>,
    asked: Request<ReadReq>,
) -> BoxFuture<'static, Answer<Answers<ReadResp>>> {
    Box::pin(async move {
        if let Some(status) = fault.as_ref().and_then(refused) {
            return Err(status);
        }
        let answers = read::answers(state, asked.into_inner().options.unwrap_or_default())?;
        Ok(Response::new(match fault {
            Some(Fault::CutAfter(count)) => answers.take(count).boxed(),
            Some(Fault::Twice) => answers.flat_map(|answer| stream::iter([answer.clone(), answer])).boxed(),
            _ => answers,
        }))
    })
}

fn append(
    state: Arc<State>,
    fault: Option<Fault>,
    asked: Request<Streaming<AppendReq>>,
) -> BoxFuture<'static, Answer<AppendResp>> {
    Box::pin(async move {
        if let Some(status) = fault.as_ref().and_then(refused) {
            return Err(status);
        }
        let mut asked = asked.into_inner();
        let (mut options, mut proposed) = (AppendOptions::default(), Vec::new());
        while let Some(message) = asked.message().await? {
            options = message.options.unwrap_or(options);
            proposed.extend(message.proposed.map(|event| (id_of(event.id.as_ref()), event)));
        }
        if matches!(fault, Some(Fault::Silent)) {
            return std::future::pending().await;
        }
        let outcome = carry_out(&state, &options, &proposed);
        match fault {
            Some(Fault::DoneButSilent) => std::future::pending().await,
            Some(Fault::DoneButUnavailable) => {
                Err(Status::unavailable("done, but the double was told to say this"))
            }
            _ => Ok(Response::new(match outcome {
                Ok(written) => AppendResp { success: Some(success(written)), wrong: None },
                Err(wrong) => AppendResp { success: None, wrong: Some(wrong) },
            })),
        }
    })
}

fn batch_append(
    state: Arc<State>,
    asked: Request<Streaming<BatchAppendReq>>,
) -> BoxFuture<'static, Answer<Answers<BatchAppendResp>>> {
    let answers = stream::unfold(asked.into_inner(), move |mut asked| {
        let state = Arc::clone(&state);
        async move {
            let (mut options, mut proposed) = (AppendOptions::default(), Vec::new());
            loop {
                let message = match asked.message().await {
                    Ok(message) => message?,
                    Err(status) => return Some((Err(status), asked)),
                };
                options = message.options.unwrap_or(options);
                proposed.extend(message.proposed.into_iter().map(|event| (id_of(event.id.as_ref()), event)));
                if message.last {
                    let outcome = carry_out(&state, &options, &proposed);
                    let answer = BatchAppendResp {
                        correlation: message.correlation,
                        stream: options.stream,
                        success: outcome.as_ref().ok().map(|written| success(*written)),
                        error: outcome.err().map(problem),
                    };
                    return Some((Ok(answer), asked));
                }
            }
        }
    });
    Box::pin(async move { Ok(Response::new(answers.boxed())) })
}

fn carry_out(
    state: &State,
    options: &AppendOptions,
    proposed: &[(Uuid, Proposed)],
) -> Result<Written, WrongVersion> {
    assert!(!name(options).is_empty(), "an append names its stream");
    let written = state.log().append(options, proposed);
    state.written.send_modify(|count| *count += 1);
    written
}

fn success(written: Written) -> Success {
    Success { current: Some(written.revision), position: Some(written.position) }
}

fn problem(wrong: WrongVersion) -> Problem {
    let details = BatchWrongVersion {
        current: wrong.current,
        current_no_stream: wrong.current_no_stream,
        expected: wrong.expected,
        expected_any: wrong.expected_any,
        expected_stream_exists: wrong.expected_stream_exists,
        expected_no_stream: wrong.expected_no_stream,
    };
    Problem {
        // The failed precondition of google.rpc.Code.
        code: 9,
        message: "WrongExpectedVersion".to_owned(),
        details: Some(Any {
            type_url: "type.googleapis.com/event_store.client.WrongExpectedVersion".to_owned(),
            value: details.encode_to_vec(),
        }),
    }
}

pub fn id_of(id: Option<&super::wire::Uuid>) -> Uuid {
    let structured = id
        .and_then(|id| id.structured)
        .map(|halves| Uuid::from_u64_pair(halves.high.cast_unsigned(), halves.low.cast_unsigned()));
    let text = || id.and_then(|id| id.string.as_deref()).and_then(|text| text.parse().ok());
    structured.or_else(text).unwrap_or_default()
}

fn features() -> SupportedMethods {
    let streams = "event_store.client.streams.streams".to_owned();
    let methods = ["read", "append", "batchappend"];
    SupportedMethods {
        methods: methods
            .map(|method| SupportedMethod { method: method.to_owned(), service: streams.clone() })
            .to_vec(),
        server_version: "24.10.0".to_owned(),
    }
}

fn gossip(state: &State) -> ClusterInfo {
    ClusterInfo {
        members: vec![Member {
            instance: Some(super::wire::Uuid {
                string: Some(Uuid::from_u128(1).to_string()),
                structured: None,
            }),
            state: 8,
            is_alive: true,
            endpoint: Some(EndPoint {
                address: state.address.ip().to_string(),
                port: state.address.port().into(),
            }),
        }],
    }
}
