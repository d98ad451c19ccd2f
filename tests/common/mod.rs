//! The C functions as a test calls them: texts in and out, numbers as they are.
#![allow(dead_code)]

pub mod carrier;
pub mod issuer;
pub mod proof;
pub mod rows;
pub mod runnable;
pub mod scratch;

use oauth::constants::{OAUTH_ERROR_PROPERTY, OAUTH_NUL_TERMINATED};
use oauth::ffi;
use runnable::runnable;
use std::ffi::{c_char, CString};
use std::ops::Range;
use std::process::Command;
use std::ptr;

/// A client that is closed with the test.
pub struct Client(pub i32);

/// What a function that gives a text returned, and the text.
pub type Got = (i32, String);

impl Client {
    pub fn new() -> Self {
        let handle = ffi::oauth_client_new();
        assert!(handle > 0, "oauth_client_new: {handle}");
        Self(handle)
    }

    /// With these settings, each of which must be taken.
    pub fn with(settings: &[(i32, &str)]) -> Self {
        let client = Self::new();
        for (property, text) in settings {
            client.must_set(*property, text);
        }
        client
    }

    pub fn open(profile: &str) -> Result<Self, i32> {
        let text = CString::new(profile).unwrap();
        let handle = unsafe { ffi::oauth_client_open(text.as_ptr(), OAUTH_NUL_TERMINATED) };
        if handle > 0 {
            Ok(Self(handle))
        } else {
            Err(handle)
        }
    }

    pub fn set(&self, property: i32, text: &str) -> i32 {
        let text = CString::new(text).unwrap();
        unsafe { ffi::oauth_set(self.0, property, text.as_ptr(), OAUTH_NUL_TERMINATED) }
    }

    pub fn must_set(&self, property: i32, text: &str) {
        assert_eq!(self.set(property, text), 0, "{property} = {text}: {}", error_text());
    }

    pub fn get(&self, property: i32) -> String {
        let (n, text) = out(|b, c| unsafe { ffi::oauth_get(self.0, property, b, c) });
        assert!(n >= 0, "oauth_get {property}: {n} {}", error_text());
        text
    }

    pub fn build_url(&self) -> Got {
        out(|b, c| unsafe { ffi::oauth_build_authorize_url(self.0, b, c) })
    }

    pub fn authorize_url(&self) -> String {
        let (n, url) = self.build_url();
        assert!(n > 0, "oauth_build_authorize_url: {n} {}", error_text());
        url
    }

    pub fn exchange(&self, code: &str) -> i32 {
        let code = CString::new(code).unwrap();
        unsafe { ffi::oauth_exchange_code(self.0, code.as_ptr(), OAUTH_NUL_TERMINATED) }
    }

    pub fn refresh(&self) -> i32 {
        ffi::oauth_refresh(self.0)
    }

    pub fn header(&self) -> Got {
        out(|b, c| unsafe { ffi::oauth_bearer_header(self.0, b, c) })
    }

    pub fn access_token(&self) -> Got {
        out(|b, c| unsafe { ffi::oauth_access_token(self.0, b, c) })
    }

    pub fn rejected(&self) -> i32 {
        ffi::oauth_token_rejected(self.0)
    }

    pub fn request_headers(&self, method: &str, url: &str) -> Got {
        let (method, url) = (CString::new(method).unwrap(), CString::new(url).unwrap());
        let (method, url) = (method.as_ptr(), url.as_ptr());
        out(|b, c| unsafe { ffi::oauth_request_headers(self.0, method, -1, url, -1, b, c) })
    }

    /// The API answered so.
    pub fn api_response(&self, url: &str, status: i32, headers: &str) -> i32 {
        let url = CString::new(url).unwrap();
        let length = i32::try_from(headers.len()).unwrap();
        unsafe { ffi::oauth_api_response(self.0, url.as_ptr(), -1, status, headers.as_ptr().cast(), length) }
    }

    pub fn request(&self, part: i32) -> Got {
        out(|b, c| unsafe { ffi::oauth_http_request(self.0, part, b, c) })
    }

    /// The caller's own HTTP got this answer.
    pub fn respond(&self, status: i32, headers: &str, body: &[u8]) -> i32 {
        unsafe {
            ffi::oauth_http_response(
                self.0,
                status,
                headers.as_ptr().cast(),
                i32::try_from(headers.len()).unwrap(),
                body.as_ptr().cast(),
                i32::try_from(body.len()).unwrap(),
            )
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        ffi::oauth_client_close(self.0);
    }
}

/// Calls a function that fills a buffer which is large enough for everything.
pub fn out(call: impl FnOnce(*mut c_char, i32) -> i32) -> Got {
    let mut buffer = vec![0_u8; 2 * 1024 * 1024];
    let n = call(buffer.as_mut_ptr().cast(), i32::try_from(buffer.len()).unwrap());
    let length = buffer.iter().position(|b| *b == 0).expect("a text out ends with a NUL");
    let text = String::from_utf8(buffer[..length].to_vec()).expect("a text out is UTF-8");
    assert_eq!(usize::try_from(n.max(0)).unwrap(), length, "the length returned is the text's");
    (n, text)
}

/// The numbers of all settings are among these.
pub fn setting_numbers() -> impl Iterator<Item = i32> {
    (1..101).chain(401..500)
}

/// The numbers of all results are among these.
pub const RESULT_NUMBERS: Range<i32> = 101..200;

/// Those of the numbers that a property has.
pub fn properties(numbers: impl IntoIterator<Item = i32>) -> Vec<i32> {
    let client = Client::new();
    let length = |number: i32| unsafe { ffi::oauth_get(client.0, number, ptr::null_mut(), 0) };
    numbers.into_iter().filter(|number| length(*number) != OAUTH_ERROR_PROPERTY).collect()
}

pub fn error_text() -> String {
    out(|b, c| unsafe { ffi::oauth_error_text(b, c) }).1
}

pub fn error_action() -> i32 {
    ffi::oauth_error_action()
}

/// Whether this process is the test's own. If not, runs the test of that name in one, which must end well and within
/// 300 seconds.
#[must_use]
pub fn own_process(name: &str) -> bool {
    const MARK: &str = "LIBOAUTH_EDGE_OWN_PROCESS";
    if std::env::var(MARK).is_ok_and(|running| running == name) {
        // Who hangs is ended by the signal.
        unsafe { libc::alarm(300) };
        return true;
    }
    let output = Command::new(runnable(std::env::current_exe().unwrap()))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(MARK, name)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let has_run = said.contains("1 passed") || !output.status.success();
    assert!(has_run, "no test is called {name}: {said}");
    assert!(output.status.success(), "{}: {said}", output.status);
    rows::pass_on(&output.stderr);
    false
}

/// The processor's time for some work of this thread, in seconds: that of a busy machine is no longer.
#[allow(clippy::cast_precision_loss)]
pub fn cpu_time(work: impl FnOnce()) -> f64 {
    let now = || {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    let before = now();
    work();
    now() - before
}
