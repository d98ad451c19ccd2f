//! A terminal of the test's own, with the program in it as a person has it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::ptr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes so long on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    keyboard: File,
    /// Kept open, so that its settings can be read when the program has ended.
    line: File,
    screen: Arc<Mutex<String>>,
    child: Child,
}

impl Terminal {
    /// Standard output goes there, too.
    pub fn start(command: Command, columns: u16) -> Self {
        Self::sized(command, columns, 24)
    }

    pub fn sized(mut command: Command, columns: u16, rows: u16) -> Self {
        let (mut master, mut slave) = (-1, -1);
        let mut size = libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let opened = unsafe {
            libc::openpty(&raw mut master, &raw mut slave, ptr::null_mut(), ptr::null_mut(), &raw mut size)
        };
        assert_eq!(opened, 0, "{}", std::io::Error::last_os_error());
        let (master, slave) = unsafe { (OwnedFd::from_raw_fd(master), OwnedFd::from_raw_fd(slave)) };
        let end = || Stdio::from(slave.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end());
        let begin = || {
            // Its own session, of which this is the terminal: Ctrl-C reaches it as it would.
            if unsafe { libc::setsid() } < 0 || unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) } < 0 {
                return Err(std::io::Error::last_os_error());
            }
            // What has begun the tests in the background has these ignored.
            for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGHUP, libc::SIGTERM] {
                unsafe { libc::signal(signal, libc::SIG_DFL) };
            }
            Ok(())
        };
        unsafe { command.pre_exec(begin) };
        let child = command.spawn().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let (written, mut output) = (Arc::clone(&screen), File::from(master.try_clone().unwrap()));
        thread::spawn(move || {
            let mut bytes = [0_u8; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                written.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { keyboard: File::from(master), line: File::from(slave), screen, child }
    }

    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    pub fn screen(&self) -> String {
        self.screen.lock().unwrap().replace("\r\n", "\n")
    }

    /// What is on the screen once that has come true of it.
    #[track_caller]
    pub fn when<T>(&self, is_there: impl Fn(&str) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = is_there(&self.screen()) {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "on the screen: {}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[track_caller]
    pub fn shows(&self, words: &str) {
        self.when(|screen| screen.replace('\n', " ").contains(words).then_some(()));
    }

    /// The program ends of itself; its exit code, and -1 where a signal ended it.
    pub fn ended(&mut self) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < PATIENCE, "on the screen: {}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn signal(&self, signal: i32) {
        assert_eq!(unsafe { libc::kill(libc::pid_t::try_from(self.child.id()).unwrap(), signal) }, 0);
    }

    /// Lines, echo and Ctrl-C are the terminal's own.
    pub fn is_as_before(&self) -> bool {
        let usual = libc::ICANON | libc::ECHO | libc::ISIG | libc::IEXTEN;
        self.local_modes() & usual == usual
    }

    pub fn is_raw(&self) -> bool {
        self.local_modes() & libc::ICANON == 0
    }

    fn local_modes(&self) -> libc::tcflag_t {
        let mut settings = std::mem::MaybeUninit::<libc::termios>::uninit();
        assert_eq!(unsafe { libc::tcgetattr(self.line.as_raw_fd(), settings.as_mut_ptr()) }, 0);
        unsafe { settings.assume_init() }.c_lflag
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
