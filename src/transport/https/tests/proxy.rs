//! Proxies, and which hosts go through them.
#![forbid(unsafe_code)]

use super::super::proxy::{Rules, Server as Proxied};
use super::*;

const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n";

fn through(address: SocketAddr, user: &str) -> Https {
    let proxy = Proxy::Url(Secret::new(format!("http://{user}{address}")));
    Https::open(&TransportConfig { proxy, ..config() }).unwrap()
}

#[test]
fn a_tunnel_is_asked_for_with_user_and_password() {
    let proxy = Server::once(|mut stream| [answer(&mut stream, ESTABLISHED), answer(&mut stream, OK)]);
    // Nobody looks this name up but the proxy.
    let https = through(proxy.address, "me:s3cret%40%3A%zz@");
    https.send(&post("http://server.invalid:8080/token"), None).unwrap();
    let [connect, request] = proxy.end();
    assert_eq!(
        connect,
        "CONNECT server.invalid:8080 HTTP/1.1\r\nHost: server.invalid:8080\r\n\
         Proxy-Authorization: Basic bWU6czNjcmV0QDoleno=\r\n\r\n"
    );
    assert!(request.starts_with("POST /token HTTP/1.1\r\n"), "{request}");
    assert!(!request.contains("roxy"), "{request}");
}

#[test]
fn a_tunnel_is_open_once_the_head_has_ended() {
    for established in [
        "HTTP/1.1 200 OK\n\n",
        "HTTP/1.0 200\r\n\r\n",
        "HTTP/1.1 200 Connection established\nVia: 1.1 proxy\n\n",
        "HTTP/1.1 200 OK\r\nVia : 1.1\r\n  proxy\r\nX: \u{1}\r\nno colon\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 OK\r\n\r\n",
    ] {
        let proxy = Server::once(move |mut stream| {
            answer(&mut stream, established);
            answer(&mut stream, OK)
        });
        let response = through(proxy.address, "").send(&post("http://server.invalid/"), None).unwrap();
        assert_eq!(response.body.as_slice(), b"{}", "{established:?}");
        proxy.end();
    }
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    use crate::error::Action::{Fix, Retry};
    for (user, text, what, action) in [
        ("", "HTTP/1.1 407 Auth\r\nContent-Length: 4\r\n\r\nno!!", "wants user and password (407)", Fix),
        (
            "",
            "HTTP/1.1 407 Auth\nProxy-Authenticate: Basic\n  realm=x\n\n<html>",
            "wants user and password (407)",
            Fix,
        ),
        ("me:s3cret@", "HTTP/1.1 407 Auth\r\n\r\n", "refused user and password (407)", Fix),
        (
            "me:s3cret@",
            "HTTP/1.1 403 No\r\nContent-Length: 9000\r\n\r\n",
            "does not let it through (status 403)",
            Fix,
        ),
        ("me:s3cret@", "HTTP/1.1 502 Bad Gateway\r\n\r\n", "does not let it through (status 502)", Retry),
        ("me:s3cret@", "HTTP/1.1 200 OK\r\n", "gives no HTTP answer", Retry),
        ("me:s3cret@", "220 mail.example ESMTP\r\n\r\n", "gives no HTTP answer (line 1): check proxy", Fix),
        ("me:s3cret@", "HTTP/1.1 200 OK\r\n\r\nforeign", "does not let it through", Fix),
    ] {
        // It keeps the connection open: what counts is read as soon as it has come.
        let (done, is_done) = mpsc::channel::<()>();
        let proxy = Server::once(move |mut stream| {
            answer(&mut stream, text);
            if text != "HTTP/1.1 200 OK\r\n" {
                let _ = is_done.recv();
            }
        });
        let address = proxy.address;
        let result = through(address, user).send(&post("https://server.invalid/?code=s3cret"), None);
        drop(done);
        let error = result.as_ref().unwrap_err();
        assert_eq!(
            (error.code(), error.action()),
            (crate::constants::OAUTH_ERROR_CONNECT, action),
            "{text:?}"
        );
        assert!(!error.leaves_unknown());
        let text = sentence(result);
        assert!(
            text.starts_with(&format!("no connection to server.invalid: the proxy {address} {what}")),
            "{text}"
        );
        proxy.end();
    }
    let text = sentence(through("127.0.0.1:1".parse().unwrap(), "s3cret@").send(&post("http://h/"), None));
    assert!(text.contains("the proxy 127.0.0.1:1 cannot be used: 127.0.0.1:1 refused it"), "{text}");
}

#[test]
fn a_proxy_is_bound_by_the_deadline() {
    // Silent until the client has gone.
    let proxy = Server::once(|mut stream| {
        read_request(&mut stream);
        let _ = stream.read(&mut [0]);
    });
    let url = Proxy::Url(Secret::new(proxy.address.to_string()));
    let https =
        Https::with_limit(&TransportConfig { proxy: url, ..config() }, Duration::from_millis(100)).unwrap();
    let result = https.send(&post("https://server.invalid/"), None);
    assert!(matches!(result, Err(Error::Timeout { .. })), "{result:?}");
    proxy.end();
}

#[test]
fn a_setting_is_understood_or_refused_at_once() {
    for (url, shown) in [
        ("http://proxy:3128", "proxy:3128"),
        ("HTTP://u:p@proxy.example:8080/", "proxy.example:8080"),
        ("u:p@q@proxy:1", "proxy:1"),
        ("10.0.0.1:8080", "10.0.0.1:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
    ] {
        assert_eq!(Proxied::parse(url).map(|p| p.to_string()).unwrap(), shown);
    }
    for url in [
        "",
        "proxy",
        "http://proxy",
        "http://s3cret@",
        "http://:8080",
        "http://s3cret@proxy:0",
        "http://proxy:99999",
        "http://s3cret@pro xy:1",
        "http://proxy\r\n:1",
        "socks5://s3cret@proxy:1080",
        "https://proxy:1",
        "http://s3cret@proxy:1/path",
    ] {
        let setting = TransportConfig { proxy: Proxy::Url(Secret::new(url)), ..config() };
        match Https::open(&setting).err() {
            Some(Error::Value { key: "proxy", reason }) => assert!(!reason.contains("s3cret")),
            other => panic!("{url}: {other:?}"),
        }
    }
}

/// The proxy's name for a URL of this scheme and host, port 443.
fn chosen(variables: &[(&str, &str)], secure: bool, host: &str) -> Option<String> {
    let value = |name: &str| variables.iter().find(|v| v.0 == name).map(|v| v.1.to_owned());
    Rules::from_variables(value).route(secure, host, 443).unwrap().map(|server| server.to_string())
}

#[test]
fn variables_are_those_of_curl() {
    let all = [("https_proxy", "s:1"), ("HTTPS_PROXY", "S:1"), ("http_proxy", "h:1"), ("all_proxy", "a:1")];
    assert_eq!(chosen(&all, true, "host").as_deref(), Some("s:1"));
    assert_eq!(chosen(&all, false, "host").as_deref(), Some("h:1"));
    assert_eq!(chosen(&all[1..2], true, "host").as_deref(), Some("S:1"));
    assert_eq!(chosen(&all[3..], true, "host").as_deref(), Some("a:1"));
    assert_eq!(chosen(&[("HTTP_PROXY", "x:1")], false, "host"), None);
    assert_eq!(chosen(&[("https_proxy", ""), ("all_proxy", "a:1")], true, "host"), None);
    assert_eq!(chosen(&[], true, "host"), None);
}

/// What goes without TLS because it stays on the machine must stay there.
#[test]
fn plain_http_to_this_machine_goes_without() {
    for (host, is_here) in [
        ("localhost", true),
        ("LOCALHOST", true),
        ("127.0.0.1", true),
        ("127.9.8.7", true),
        ("[::1]", true),
        ("app.localhost", false),
        ("localhost.example", false),
        ("128.0.0.1", false),
        ("[::2]", false),
        ("0.0.0.0", false),
    ] {
        assert_eq!(chosen(&[("http_proxy", "h:1")], false, host).is_none(), is_here, "{host}");
        assert!(chosen(&[("https_proxy", "s:1")], true, host).is_some(), "{host}");
    }
}

#[test]
fn listed_hosts_go_without() {
    for (list, host, is_direct) in [
        ("example.com", "example.com", true),
        ("example.com", "EXAMPLE.com.", true),
        ("example.com", "a.b.example.com", true),
        (".example.com", "example.com", true),
        ("*.example.com", "a.example.com", true),
        ("example.com", "badexample.com", false),
        ("example.com", "example.com.org", false),
        ("other, example.com", "example.com", true),
        ("other example.com", "example.com", true),
        ("example.com:443", "example.com", true),
        ("example.com:80", "example.com", false),
        ("*", "anything", true),
        ("127.0.0.1", "127.0.0.1", true),
        ("::1", "[::1]", true),
        ("[::1]:443", "[::1]", true),
        (", ,", "example.com", false),
        (".", "example.com", false),
        ("", "example.com", false),
        // Networks.
        ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.1", false),
        ("10.1.2.3/8", "10.9.9.9", true),
        ("192.168.1.0/25", "192.168.1.127", true),
        ("192.168.1.0/25", "192.168.1.128", false),
        ("10.0.0.1/32", "10.0.0.1", true),
        ("10.0.0.1/32", "10.0.0.2", false),
        ("0.0.0.0/0", "203.0.113.7", true),
        ("0.0.0.0/0", "[2001:db8::1]", false),
        ("fe80::/10", "[fe80::1]", true),
        ("fe80::/10", "[febf:ffff::1]", true),
        ("fe80::/10", "[fec0::1]", false),
        ("[fe80::]/10", "[fe80::1]", true),
        ("2001:db8::1/128", "[2001:DB8:0:0::1]", true),
        ("::/0", "[2001:db8::1]", true),
        ("localhost, 172.16.0.0/12 fd00::/8", "172.31.255.255", true),
        ("localhost,172.16.0.0/12\tfd00::/8", "[fd12::1]", true),
        // What is no network harms nothing, and the rest of the list holds.
        ("10.0.0.0/33", "10.0.0.0", false),
        ("10.0.0.0/abc", "10.0.0.0", false),
        ("10.0.0.0/", "10.0.0.0", false),
        ("10.0.0.0/-1", "10.0.0.0", false),
        ("10.0.0.0/256", "10.0.0.0", false),
        ("10.0.0/8", "10.0.0.1", false),
        ("/8", "10.0.0.1", false),
        ("/", "10.0.0.1", false),
        ("fe80::/129", "[fe80::]", false),
        ("10.0.0.0/33,10.0.0.1", "10.0.0.1", true),
        // An address is no name, and no name is looked up.
        ("0.0.1", "10.0.0.1", false),
        ("127.0.0.0/8", "localhost", false),
        ("example.com/8", "example.com", false),
        ("0:0:0:0:0:0:0:1", "[::1]", true),
        ("10.0.0.1:443", "10.0.0.1", true),
        ("10.0.0.1:80", "10.0.0.1", false),
    ] {
        let proxy = chosen(&[("https_proxy", "s:1"), ("no_proxy", list)], true, host);
        assert_eq!(proxy.is_none(), is_direct, "{list} {host}");
    }
}
