#![forbid(unsafe_code)]
//! Connections: HTTP as clients speak it, TLS, and the end.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use practice_server::{code_of, sign_in, Certificate, Fault, Options, Server, SignIn};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use support::*;

#[test]
fn one_connection_carries_many_requests() {
    let server = start();
    let mut socket = connect(&server);
    for _ in 0..3 {
        socket.write_all(message("POST", "/strict/token", &[FORM], "a=b").as_bytes()).unwrap();
        read_reply(&mut socket).unwrap().is_error(401, "invalid_client");
    }
    let counts = server.counts("strict");
    assert_eq!((counts.connections, counts.token_requests, server.connections()), (1, 3, 1));
    assert!(server.requests().iter().all(|request| request.connection == 1));
}

#[test]
fn chunked_bodies_and_expect_are_understood() {
    let server = start();
    let mut socket = connect(&server);
    let head =
        "POST /strict/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n";
    socket.write_all(format!("{head}{FORM}\r\n\r\n").as_bytes()).unwrap();
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(b"6;x=y\r\ngrant_\r\n6\r\ntype=x\r\n0\r\nTrailer: t\r\n\r\n").unwrap();
    assert_eq!(read_reply(&mut socket).unwrap().status, 401);
    assert_eq!(server.last_request().body, "grant_type=x");
}

#[test]
fn what_is_not_http_is_refused() {
    let server = start();
    let cases = [
        ("nonsense\r\n\r\n".to_owned(), 400),
        ("GET  / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("GET /strict/api/me HTTP/1.1\r\nno colon\r\n\r\n".to_owned(), 400),
        ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx".to_owned(), 400),
        ("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx".to_owned(), 400),
        ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_owned(), 400),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n".to_owned(), 413),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n".to_owned(), 413),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n".to_owned(), 501),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)), 431),
        ("GET /nothing HTTP/1.1\r\n\r\n".to_owned(), 404),
        ("GET /strict HTTP/1.1\r\n\r\n".to_owned(), 404),
        ("DELETE /strict/authorize HTTP/1.1\r\n\r\n".to_owned(), 404),
        ("GET http://127.0.0.1/strict/api/me HTTP/1.0\r\n\r\n".to_owned(), 401),
    ];
    for (request, status) in cases {
        let request = request.replace("HTTP/1.1\r\n", "HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        let reply = try_send(&server, &request).unwrap();
        assert_eq!(reply.status, status, "{}", &request[..request.len().min(80)]);
    }
    assert_eq!(try_send(&server, "GET / HTTP/1.1\r\n\r\n").unwrap().status, 400, "no Host");
    assert!(send(&server, "GET", "/", &[], "").body.contains("/belladati"));
}

#[test]
fn the_end_ends_idle_connections_too() {
    let server = start();
    let mut socket = connect(&server);
    socket.write_all(message("GET", "/strict/api/me", &[], "").as_bytes()).unwrap();
    read_reply(&mut socket).unwrap();
    let port = server.port();
    drop(server);
    assert!(!matches!(socket.read(&mut [0; 1]), Ok(read) if read > 0));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

fn start_tls(change: impl FnOnce(&mut Options)) -> Server {
    let mut options = Options { https: true, ..Options::default() };
    change(&mut options);
    Server::start(options).unwrap()
}

fn tls_send(server: &Server, client: Option<(&Path, &Path)>, message: &str) -> std::io::Result<Reply> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(server.ca_file()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match client {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_file(certificate).unwrap()],
                PrivateKeyDer::from_pem_file(key).unwrap(),
            )
            .unwrap(),
    };
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, connect(server));
    stream.write_all(message.as_bytes())?;
    read_reply(&mut stream)
}

#[test]
fn https_signs_in_and_gives_tokens() {
    let server = start_tls(|_| {});
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let person = SignIn { ca_file: Some(server.ca_file().to_owned()), ..SignIn::default() };
    let url = authorize_url(&server, "strict/authorize", "demo", "");
    let landed = sign_in(&url, &person).unwrap();
    let params = code_params(&code_of(&landed).unwrap());
    let request = message("POST", "/strict/token", &[FORM], &params);
    assert_eq!(tls_send(&server, None, &request).unwrap().status, 200);
    assert!(sign_in(&url, &SignIn::default()).is_err(), "without the CA");

    server.set_fault(Fault::parse("cut=1").unwrap());
    assert!(tls_send(&server, None, &request).is_err());

    let folder = server.ca_file().parent().unwrap().to_owned();
    assert!(folder.exists());
    drop(server);
    assert!(!folder.exists());
}

#[test]
fn certificates_that_a_client_must_refuse() {
    for (certificate, word) in
        [(Certificate::WrongHost, "NotValidForName"), (Certificate::Expired, "Expired")]
    {
        let server = start_tls(|options| options.certificate = certificate);
        let error = tls_send(&server, None, &message("GET", "/", &[], "")).unwrap_err();
        assert!(format!("{error:?}").contains(word), "{error:?}");
    }
}

#[test]
fn a_client_certificate_can_be_required() {
    let server = start_tls(|options| options.require_client_cert = true);
    let request = message("GET", "/strict/api/me", &[], "");
    assert!(tls_send(&server, None, &request).is_err());
    let client = (server.client_cert_file(), server.client_key_file());
    assert_eq!(tls_send(&server, Some(client), &request).unwrap().status, 401);

    let person = SignIn {
        ca_file: Some(server.ca_file().to_owned()),
        client_cert: Some((client.0.to_owned(), client.1.to_owned())),
        ..SignIn::default()
    };
    let url = authorize_url(&server, "strict/authorize", "demo", "");
    assert!(sign_in(&url, &person).unwrap().contains("?code="));
}
