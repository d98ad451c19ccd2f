//! The only unsafe code: the program's beginning, the library's functions as any caller calls them, and of the system what
//! std lacks, the terminal's settings. All that is freed is wiped, as in the library: its heap is this program's.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, CStr, OsStr};
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::panic;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::OnceLock;

use oauth::ffi;

/// Where the system begins. Of what std does before its own `main`, this does what is needed here: standard input, output
/// and error are open. Left out are a guard for deep recursion, for which it reads the process's map, and that it ignores
/// SIGPIPE: whoever writes to a pipe that nobody reads is ended by it, as the shell's own programs are.
#[cfg_attr(not(test), no_mangle)]
extern "C" fn main(count: c_int, words: *const *const c_char) -> c_int {
    open_standard_streams();
    let word = |at: usize| {
        // SAFETY: the system gives so many texts, which live as long as the process.
        let word = unsafe { CStr::from_ptr(*words.add(at)) };
        OsStr::from_bytes(word.to_bytes()).to_owned()
    };
    let words = (1..usize::try_from(count).unwrap_or_default()).map(word).collect();
    // What it was has been said on standard error.
    let code = panic::catch_unwind(|| crate::begin(words)).unwrap_or(crate::failure::SOFTWARE);
    std::process::exit(code)
}

/// A file of the store's must not get the number of one that is closed: what is said would be written there.
fn open_standard_streams() {
    for stream in 0..3 {
        // SAFETY: neither takes memory but a text that ends with a NUL. The lowest number that is free is the stream's.
        unsafe {
            if libc::fcntl(stream, libc::F_GETFD) == -1 {
                libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
            }
        }
    }
}

/// Why the library gave no answer.
#[derive(Debug)]
pub struct Failure {
    pub number: i32,
    /// OAUTH_ACTION_RETRY and its like.
    pub action: i32,
    pub sentence: String,
}

pub type Result<T> = std::result::Result<T, Failure>;

/// A client of the library's, closed when it is dropped.
pub struct Client(i32);

impl Client {
    pub fn new() -> Result<Self> {
        answer(ffi::oauth_client_new()).map(Self)
    }

    pub fn open(profile: &str) -> Result<Self> {
        // SAFETY: a text of that length, which outlives the call.
        answer(with_text(profile, |text, length| unsafe { ffi::oauth_client_open(text, length) })).map(Self)
    }

    pub fn set(&self, property: i32, value: &str) -> Result<()> {
        // SAFETY: a text of that length, which outlives the call.
        let set = |text, length| unsafe { ffi::oauth_set(self.0, property, text, length) };
        answer(with_text(value, set)).map(drop)
    }

    pub fn get(&self, property: i32) -> Result<String> {
        // SAFETY: text_out's buffer has that capacity.
        text_out(|buffer, capacity| unsafe { ffi::oauth_get(self.0, property, buffer, capacity) })
    }

    pub fn authorize_url(&self) -> Result<String> {
        // SAFETY: text_out's buffer has that capacity.
        text_out(|url, capacity| unsafe { ffi::oauth_build_authorize_url(self.0, url, capacity) })
    }

    pub fn exchange_code(&self, code: &str) -> Result<()> {
        // SAFETY: a text of that length, which outlives the call.
        let exchange = |text, length| unsafe { ffi::oauth_exchange_code(self.0, text, length) };
        answer(with_text(code, exchange)).map(drop)
    }

    /// Whether the browser has come back.
    pub fn await_redirect(&self, seconds: i32) -> Result<bool> {
        done(ffi::oauth_await_redirect(self.0, seconds))
    }

    pub fn device_start(&self) -> Result<()> {
        answer(ffi::oauth_device_start(self.0)).map(drop)
    }

    /// Whether the person has agreed.
    pub fn device_poll(&self) -> Result<bool> {
        done(ffi::oauth_device_poll(self.0))
    }

    pub fn bearer_header(&self) -> Result<String> {
        // SAFETY: text_out's buffer has that capacity.
        text_out(|header, capacity| unsafe { ffi::oauth_bearer_header(self.0, header, capacity) })
    }

    pub fn access_token(&self) -> Result<String> {
        // SAFETY: text_out's buffer has that capacity.
        text_out(|token, capacity| unsafe { ffi::oauth_access_token(self.0, token, capacity) })
    }

    pub fn accounts(&self, page: i32) -> Result<String> {
        // SAFETY: text_out's buffer has that capacity.
        text_out(|buffer, capacity| unsafe { ffi::oauth_accounts(self.0, page, buffer, capacity) })
    }

    pub fn refresh(&self) -> Result<()> {
        answer(ffi::oauth_refresh(self.0)).map(drop)
    }

    pub fn forget(&self) -> Result<()> {
        answer(ffi::oauth_forget(self.0)).map(drop)
    }

    pub fn revoke(&self) -> Result<()> {
        answer(ffi::oauth_revoke(self.0)).map(drop)
    }

    /// In the place of whatever token there is.
    pub fn import_token(&self, record: &str) -> Result<()> {
        // SAFETY: a text of that length, which outlives the call.
        let import = |text, length| unsafe { ffi::oauth_import_token(self.0, -1, text, length) };
        answer(with_text(record, import)).map(drop)
    }

    pub fn discover(&self) -> Result<()> {
        answer(ffi::oauth_discover(self.0)).map(drop)
    }

    /// What the server says of itself under that name.
    pub fn metadata(&self, name: &str) -> Result<String> {
        let length = i32::try_from(name.len()).unwrap_or(i32::MAX);
        let read = |buffer, capacity| {
            let name = name.as_ptr().cast();
            // SAFETY: a text of that length, and text_out's buffer has that capacity.
            unsafe { ffi::oauth_field(self.0, ffi::OAUTH_FIELD_METADATA, name, length, buffer, capacity) }
        };
        text_out(read)
    }

    pub fn request(&self, part: i32) -> Result<String> {
        // SAFETY: text_out's buffer has that capacity.
        text_out(|buffer, capacity| unsafe { ffi::oauth_http_request(self.0, part, buffer, capacity) })
    }

    pub fn reseal(&self) -> Result<i32> {
        answer(ffi::oauth_store_reseal(self.0))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        ffi::oauth_client_close(self.0);
    }
}

pub fn version() -> String {
    // SAFETY: text_out's buffer has that capacity.
    text_out(|buffer, capacity| unsafe { ffi::oauth_version(buffer, capacity) }).unwrap_or_default()
}

fn answer(answer: i32) -> Result<i32> {
    if answer >= 0 {
        return Ok(answer);
    }
    let action = ffi::oauth_error_action();
    // SAFETY: text_out's buffer has that capacity.
    let sentence = text_out(|buffer, capacity| unsafe { ffi::oauth_error_text(buffer, capacity) });
    Err(Failure { number: answer, action, sentence: sentence.unwrap_or_default() })
}

/// Of what may not be over yet.
fn done(is: i32) -> Result<bool> {
    if is == ffi::OAUTH_PENDING {
        return Ok(false);
    }
    answer(is).map(|_| true)
}

fn with_text(text: &str, call: impl FnOnce(*const c_char, i32) -> i32) -> i32 {
    // Longer than any text that the library takes is refused by it as it is.
    call(text.as_ptr().cast(), i32::try_from(text.len()).unwrap_or(i32::MAX))
}

/// Asks again with a larger buffer where the text did not fit, which loses nothing.
fn text_out(call: impl Fn(*mut c_char, i32) -> i32) -> Result<String> {
    let mut capacity: i32 = 4096;
    loop {
        let mut buffer = vec![0_u8; usize::try_from(capacity).unwrap_or_default()];
        let length = call(buffer.as_mut_ptr().cast(), capacity);
        if length == ffi::OAUTH_ERROR_BUFFER && capacity < 16 * 1024 * 1024 {
            capacity *= 8;
            continue;
        }
        buffer.truncate(usize::try_from(answer(length)?).unwrap_or_default());
        // The library's texts are UTF-8.
        return Ok(String::from_utf8(buffer).unwrap_or_default());
    }
}

/// Who looks at files for this process.
pub fn effective_user() -> u32 {
    // SAFETY: it only answers.
    unsafe { libc::geteuid() }
}

/// How many columns the terminal at standard error has.
pub fn columns() -> Option<usize> {
    Some(usize::from(size()?.ws_col)).filter(|columns| *columns > 0)
}

/// And how many lines.
pub fn lines() -> Option<usize> {
    Some(usize::from(size()?.ws_row)).filter(|lines| *lines > 0)
}

fn size() -> Option<libc::winsize> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: this request writes a winsize, and to nothing else.
    let answer = unsafe { libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (answer == 0).then_some(size)
}

/// Ctrl-C was pressed while somebody waited who looks at this.
static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C is noted, and ends the waiting; the second ends the process.
pub fn note_interrupts() {
    extern "C" fn note(_: c_int) {
        // The thread that looks is the one that is interrupted.
        IS_INTERRUPTED.store(true, Ordering::Relaxed);
    }
    handle(libc::SIGINT, note, libc::SA_RESETHAND);
}

/// Calls `handler`, which does what a handler may, unless whoever started this process has the signal ignored: a shell in
/// the background of a script, or nohup.
fn handle(signal: c_int, handler: extern "C" fn(c_int), flags: c_int) {
    // SAFETY: all zeros is a sigaction, and both pointers are to one that lives for the call.
    unsafe {
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        let mut before: libc::sigaction = MaybeUninit::zeroed().assume_init();
        action.sa_sigaction = handler as *const () as libc::sighandler_t;
        action.sa_flags = flags;
        let is_known = libc::sigaction(signal, ptr::null(), &raw mut before) == 0;
        if is_known && before.sa_sigaction != libc::SIG_IGN {
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

pub fn is_interrupted() -> bool {
    IS_INTERRUPTED.load(Ordering::Relaxed)
}

/// Shorter where a signal comes.
pub fn pause(milliseconds: i32) {
    // SAFETY: of no files, it reads no memory.
    unsafe { libc::poll(ptr::null_mut(), 0, milliseconds) };
}

/// The settings that the terminal at standard input had before the first prompt, for whoever ends this process.
static BEFORE: OnceLock<libc::termios> = OnceLock::new();

/// The terminal at standard input gives each byte as it comes: no line has an end, and no key a meaning of its own. It is
/// as it was when this is dropped, and when a signal ends the process.
pub struct Keys(());

impl Keys {
    pub fn take() -> io::Result<Self> {
        let mut settings = terminal()?;
        BEFORE.get_or_init(|| settings);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT] {
            handle(signal, give_back_and_end, libc::SA_RESTART);
        }
        settings.c_lflag &= !(libc::ICANON | libc::ECHO | libc::ISIG | libc::IEXTEN);
        settings.c_cc[libc::VMIN] = 1;
        settings.c_cc[libc::VTIME] = 0;
        set_terminal(&settings)?;
        Ok(Self(()))
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(before) = BEFORE.get() {
            let _ = set_terminal(before);
        }
    }
}

fn terminal() -> io::Result<libc::termios> {
    let mut settings = MaybeUninit::uninit();
    // SAFETY: it writes a termios where it answers 0, and only then that is taken for one.
    unsafe {
        match libc::tcgetattr(libc::STDIN_FILENO, settings.as_mut_ptr()) {
            0 => Ok(settings.assume_init()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

fn set_terminal(settings: &libc::termios) -> io::Result<()> {
    // SAFETY: it reads a termios.
    match unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, settings) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

extern "C" fn give_back_and_end(signal: c_int) {
    if let Some(before) = BEFORE.get() {
        let _ = set_terminal(before);
    }
    // SAFETY: POSIX lets a handler call these; the signal ends the process once this returns.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
