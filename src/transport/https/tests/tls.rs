//! TLS that works, and why it does not.
#![forbid(unsafe_code)]

use std::io;
use std::sync::Arc;

use super::tls_server::*;
use super::*;

fn years(params: &mut rcgen::CertificateParams, from: i32, to: i32) {
    params.not_before = rcgen::date_time_ymd(from, 1, 1);
    params.not_after = rcgen::date_time_ymd(to, 1, 1);
}

#[test]
fn both_versions_and_all_usual_keys_work() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    for kind in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let issued = authority.issue_with(kind, &["localhost", "127.0.0.1"], |_| {});
            let server = tls_server(with_versions(&issued, None, &[version]), 1);
            let https = Https::open(&trusting(&ca_file)).unwrap();
            for host in ["localhost", "localhost"] {
                let response = https.send(&post(&https_url(host, &server)), None).unwrap();
                assert_eq!((response.status, response.body.as_slice()), (200, &b"{}"[..]));
            }
            drop(https);
            assert_eq!(server.end(), [(2, false)]);
        }
    }
}

#[test]
fn an_address_can_be_the_name() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    let server = tls_server(server_config(&authority.issue(&["127.0.0.1"], |_| {}), None), 1);
    Https::open(&trusting(&ca_file)).unwrap().send(&post(&https_url("127.0.0.1", &server)), None).unwrap();
    assert_eq!(server.end(), [(1, false)]);
}

#[test]
fn a_second_connection_resumes_the_session() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let config = with_versions(&authority.issue(&["localhost"], |_| {}), None, &[version]);
        let (closed, is_closed) = mpsc::channel();
        let server = Server::start(move |listener| {
            let config = Arc::new(config);
            let mut first = secure(&config, accept(&listener));
            answer(&mut first, OK);
            drop(first);
            closed.send(()).unwrap();
            serve(&mut secure(&config, accept(&listener)))
        });
        let https = Https::open(&trusting(&ca_file)).unwrap();
        https.send(&post(&https_url("localhost", &server)), None).unwrap();
        is_closed.recv().unwrap();
        https.send(&post(&https_url("localhost", &server)), None).unwrap();
        drop(https);
        assert_eq!(server.end(), (1, true));
    }
}

#[test]
fn a_certificate_that_does_not_fit_says_why() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    let other_file = TempFile::new(Authority::named("Another").pem());
    let namesake = TempFile::new(Authority::new().pem());
    let client_only = |p: &mut rcgen::CertificateParams| {
        p.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    };
    let fit = authority.issue(&["localhost"], |_| {});
    let not_trusted = format!(
        "its certificate is not trusted by {} (ca_file): \
         use the file of the authority that signed the server's certificate",
        other_file.0.display()
    );
    for (issued, ca_file, reason) in [
        (&fit, &other_file, not_trusted.as_str()),
        (
            &fit,
            &namesake,
            "its certificate has a wrong signature, or its authority a key that is too short: check ca_file",
        ),
        (
            &authority.issue(&["example.com"], |_| {}),
            &ca_file,
            "its certificate is for another name: check the host in the URL",
        ),
        (
            &authority.issue(&["localhost"], |p| years(p, 2001, 2002)),
            &ca_file,
            "its certificate expired, or this machine's clock is wrong",
        ),
        (
            &authority.issue(&["localhost"], |p| years(p, 2901, 2902)),
            &ca_file,
            "its certificate is not valid yet, or this machine's clock is wrong",
        ),
        (&authority.issue(&["localhost"], client_only), &ca_file, "its certificate is not for servers"),
    ] {
        let server = Server::once({
            let config = Arc::new(server_config(issued, None));
            move |stream| drop(read_request(&mut secure(&config, stream)))
        });
        let result =
            Https::open(&trusting(ca_file)).unwrap().send(&post(&https_url("localhost", &server)), None);
        assert!(matches!(result, Err(Error::Tls { .. })), "{result:?}");
        let host = format!("localhost:{}", server.address.port());
        assert_eq!(sentence(result), format!("no secure connection to {host}: {reason}"));
        server.end();
    }
}

#[test]
fn the_system_does_not_trust_a_stranger() {
    let config = server_config(&Authority::new().issue(&["localhost"], |_| {}), None);
    let server = Server::once(move |stream| drop(read_request(&mut secure(&Arc::new(config), stream))));
    match https().send(&post(&https_url("localhost", &server)), None) {
        Err(Error::Tls { reason, .. }) => assert!(reason.contains("is not trusted: set ca_file"), "{reason}"),
        // A machine without authorities.
        Err(Error::Certificate { key: "ca_file", reason }) => {
            assert!(reason.contains("set ca_file"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    server.end();
}

#[test]
fn what_does_not_speak_tls_is_recognized() {
    let ca_file = TempFile::new(Authority::new().pem());
    for (text, reason) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "no secure connection to localhost"),
        ("SSH-2.0-x\r\n", "no secure connection to localhost"),
        ("", "the connection to localhost"),
    ] {
        let server = Server::once(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
        });
        let https = Https::open(&trusting(&ca_file)).unwrap();
        let sentence = sentence(https.send(&post(&https_url("localhost", &server)), None));
        assert!(sentence.starts_with(reason) && sentence.contains("port"), "{sentence}");
        server.end();
    }
}

#[test]
fn a_handshake_is_bound_by_the_deadline() {
    let ca_file = TempFile::new(Authority::new().pem());
    // Silent until the client has gone.
    let server = Server::once(|mut stream| drop(io::copy(&mut stream, &mut io::sink())));
    let https = Https::with_limit(&trusting(&ca_file), Duration::from_millis(100)).unwrap();
    let result = https.send(&post(&https_url("localhost", &server)), None);
    assert!(matches!(result, Err(Error::Timeout { .. })), "{result:?}");
    server.end();
}

/// Only the announced end of TLS is the end of an answer without a length (RFC 8446 section 6.1).
#[test]
fn an_end_that_is_not_announced_is_a_cut() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    let config = Arc::new(server_config(&authority.issue(&["localhost"], |_| {}), None));
    // JSON shows that it is whole.
    for (body, is_announced) in
        [("access_token=abc", true), ("access_token=abc", false), ("{\"a\":{}}", false)]
    {
        let config = config.clone();
        let server = Server::once(move |stream| {
            let mut tls = secure(&config, stream);
            answer(&mut tls, &format!("HTTP/1.0 200 OK\r\n\r\n{body}"));
            if is_announced {
                tls.conn.send_close_notify();
                tls.flush().unwrap();
            }
        });
        let result =
            Https::open(&trusting(&ca_file)).unwrap().send(&post(&https_url("localhost", &server)), None);
        match result {
            Ok(response) => {
                assert!(
                    (is_announced || body.starts_with('{')) && response.body.as_slice() == body.as_bytes()
                );
            }
            Err(error) => assert!(
                !is_announced && !body.starts_with('{') && matches!(error, Error::Disconnected { .. }),
                "{error}"
            ),
        }
        server.end();
    }
}

#[test]
fn a_connection_that_was_closed_in_between_is_replaced() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    let config = Arc::new(server_config(&authority.issue(&["localhost"], |_| {}), None));
    let (closed, is_closed) = mpsc::channel();
    let server = Server::start(move |listener| {
        let mut tls = secure(&config, accept(&listener));
        answer(&mut tls, OK);
        // In one segment with the answer, or right behind it: closed, while TCP stays open.
        tls.conn.send_close_notify();
        tls.flush().unwrap();
        closed.send(()).unwrap();
        serve(&mut secure(&config, accept(&listener))).0
    });
    let https = Https::open(&trusting(&ca_file)).unwrap();
    https.send(&post(&https_url("localhost", &server)), None).unwrap();
    is_closed.recv().unwrap();
    https.send(&post(&https_url("localhost", &server)), None).unwrap();
    drop(https);
    assert_eq!(server.end(), 1);
}

#[test]
fn tls_goes_through_a_tunnel() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    let config = Arc::new(server_config(&authority.issue(&["server.invalid"], |_| {}), None));
    let proxy = Server::once(move |mut stream| {
        let asked = answer(&mut stream, "HTTP/1.1 200 Connection established\r\n\r\n");
        (asked, serve(&mut secure(&config, stream)).0)
    });
    let url = Proxy::Url(Secret::new(proxy.address.to_string()));
    let https = Https::open(&TransportConfig { proxy: url, ..trusting(&ca_file) }).unwrap();
    https.send(&post("https://server.invalid/?code=s3cret"), None).unwrap();
    https.send(&post("https://server.invalid/?code=s3cret"), None).unwrap();
    drop(https);
    let (asked, count) = proxy.end();
    assert_eq!(asked, "CONNECT server.invalid:443 HTTP/1.1\r\nHost: server.invalid:443\r\n\r\n");
    assert_eq!(count, 2);
}
