//! All headers of one request with a proof (RFC 9449), against the one signature that they need: a line a round, with the
//! nanoseconds of the processor that each took. Both halves of a round met the same machine.

use std::ffi::{c_char, CString};
use std::hint::black_box;

use oauth::constants::{
    OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_DPOP, OAUTH_GRANT_TYPE, OAUTH_HTTP, OAUTH_HTTP_NEEDED,
    OAUTH_NUL_TERMINATED, OAUTH_TOKEN_ENDPOINT,
};
use oauth::ffi;
use ring::rand::SystemRandom;
use ring::signature::{EcdsaKeyPair, ECDSA_P256_SHA256_FIXED_SIGNING};

const ROUNDS: usize = 31;
const TIMES: u32 = 400;
const URL: &str = "https://api.example/v1/invoices/4711?page=2";

fn set(client: i32, property: i32, text: &str) {
    let text = CString::new(text).unwrap();
    assert_eq!(unsafe { ffi::oauth_set(client, property, text.as_ptr(), OAUTH_NUL_TERMINATED) }, 0);
}

/// Has a token of 1,024 bytes that is bound to a key.
fn client() -> i32 {
    let client = ffi::oauth_client_new();
    set(client, OAUTH_HTTP, "caller");
    set(client, OAUTH_TOKEN_ENDPOINT, "https://as.example/token");
    set(client, OAUTH_CLIENT_ID, "bench");
    set(client, OAUTH_CLIENT_SECRET, "secret");
    set(client, OAUTH_GRANT_TYPE, "client_credentials");
    set(client, OAUTH_DPOP, "yes");
    let token = "t".repeat(1024);
    let answer = format!(r#"{{"access_token":"{token}","token_type":"DPoP","expires_in":3600}}"#);
    let needed = unsafe { ffi::oauth_request_token(client, c"".as_ptr(), OAUTH_NUL_TERMINATED) };
    assert_eq!(needed, OAUTH_HTTP_NEEDED);
    let length = i32::try_from(answer.len()).unwrap();
    let brought =
        unsafe { ffi::oauth_http_response(client, 200, c"".as_ptr(), 0, answer.as_ptr().cast(), length) };
    assert_eq!(brought, 0);
    client
}

fn nanoseconds(mut work: impl FnMut()) -> i128 {
    let now = || {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    };
    let before = now();
    for _ in 0..TIMES {
        work();
    }
    (now() - before) / i128::from(TIMES)
}

fn main() {
    let client = client();
    let url = CString::new(URL).unwrap();
    let mut headers = vec![0_u8; 8192];
    let mut ask = || {
        let (text, capacity) = (headers.as_mut_ptr().cast::<c_char>(), i32::try_from(headers.len()).unwrap());
        let (method, url) = (c"GET".as_ptr(), url.as_ptr());
        let length = unsafe { ffi::oauth_request_headers(client, method, -1, url, -1, text, capacity) };
        assert!(length > 1024);
    };
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let message = [b'x'; 400];
    let mut sign = || {
        black_box(key.sign(&random, black_box(&message)).unwrap());
    };
    for round in 0..=ROUNDS {
        let (proof, signature) = (nanoseconds(&mut ask), nanoseconds(&mut sign));
        // The first one warms up.
        if round > 0 {
            println!("{proof} {signature}");
        }
    }
    ffi::oauth_client_close(client);
}
