//! As Windows has it. There is no fork here, no signal that ends a wait, and no program with more rights than its user.

mod access;
mod files;
mod locks;
mod named;

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::windows::io::AsRawSocket;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use windows_sys::w;
use windows_sys::Win32::Foundation::{
    CloseHandle, GetLastError, SetLastError, ERROR_ACCESS_DENIED, WAIT_TIMEOUT,
};
use windows_sys::Win32::Networking::WinSock::{
    send, WSAPoll, POLLRDNORM, POLLWRNORM, SOCKET, WSAEAFNOSUPPORT, WSAPOLLFD,
};
use windows_sys::Win32::Security::Cryptography::{
    CertCloseStore, CertEnumCertificatesInStore, CertOpenSystemStoreW,
};
use windows_sys::Win32::System::LibraryLoader::{
    GetModuleHandleExW, GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN,
};
use windows_sys::Win32::System::SystemInformation::{ComputerNameDnsHostname, GetComputerNameExW};
use windows_sys::Win32::System::Threading::{OpenProcess, WaitForSingleObject, PROCESS_SYNCHRONIZE};

use crate::os::Awaits;

pub use access::{effective_user, CLOSE_FILE, CLOSE_FOLDER, CLOSE_KEY, CLOSE_TO_WRITERS};
pub use files::{
    check_writable, file_system_type, flush_folder, is_no_file, is_of_link, is_of_locking, is_of_path,
    open_file, open_folder, path_of, read_at, real_path, stamp_of, stat, stat_above, stat_path, write_all_at,
    Found, FILE_TYPE, FOLDER, LINK, REGULAR,
};
pub use locks::{close, hold_byte, is_byte_held, try_lock, unlock, LEAVES_BYTES_ALONE};
pub use named::{create_at, make_folder_at, open_at, remove_at, remove_folder_at, rename_at, stat_at};

/// Seconds since 1970; the system keeps them in shared memory.
pub fn coarse_seconds() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

pub fn fork_count() -> u32 {
    0
}

pub fn close_in_child<T>(_file: &T) {}

pub fn keep_in_child<T>(_file: &T) {}

pub fn whole_in_a_fork(make: impl FnOnce()) {
    make();
}

pub fn is_privileged() -> bool {
    false
}

/// Where a user's settings are, and the machine's.
pub fn settings_folders() -> (Option<PathBuf>, Option<PathBuf>) {
    let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    (variable("APPDATA"), variable("PROGRAMDATA"))
}

/// Whether there is a process of that number on this machine.
pub fn is_running(process: u32) -> bool {
    // SAFETY: takes numbers, and gives a handle of ours or none.
    let handle = unsafe { OpenProcess(PROCESS_SYNCHRONIZE, 0, process) };
    if handle.is_null() {
        return io::Error::last_os_error().raw_os_error() == Some(ERROR_ACCESS_DENIED.cast_signed());
    }
    // SAFETY: the handle was just opened, and is closed once.
    let state = unsafe { WaitForSingleObject(handle, 0) };
    // SAFETY: as above.
    unsafe { CloseHandle(handle) };
    state == WAIT_TIMEOUT
}

/// This machine's name, as far as it is text.
pub fn host_name() -> String {
    let mut name = [0_u16; 256];
    let mut length = 256;
    // SAFETY: the buffer is writable for as many as is said.
    if unsafe { GetComputerNameExW(ComputerNameDnsHostname, name.as_mut_ptr(), &raw mut length) } == 0 {
        return String::new();
    }
    String::from_utf16_lossy(name.get(..length as usize).unwrap_or_default())
}

/// Runs `body` and puts GetLastError (and WSAGetLastError, which is the same) back as it was.
pub fn keeping_errno<R>(body: impl FnOnce() -> R) -> R {
    let before = last_error();
    let result = body();
    set_last_error(before);
    result
}

/// From the first call on the library stays in its process. Unloaded, it would leave its threads' variables behind, of
/// which a process has a thousand: std gives none back here. Loaded again, it is the same.
#[inline(always)]
pub fn stay_loaded() {
    // Relaxed: to do it twice does no harm.
    static STAYS: AtomicBool = AtomicBool::new(false);
    if !STAYS.load(Ordering::Relaxed) {
        STAYS.store(pin(), Ordering::Relaxed);
    }
}

#[cold]
fn pin() -> bool {
    let (inside, mut library): (fn() -> bool, _) = (pin, ptr::null_mut());
    let how = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    // SAFETY: the address is one of this library's; the pointer is to a place that lives for the call.
    unsafe { GetModuleHandleExW(how, inside as *const u16, &raw mut library) != 0 }
}

pub fn last_error() -> u32 {
    // SAFETY: reads this thread's number.
    unsafe { GetLastError() }
}

pub fn set_last_error(error: u32) {
    // SAFETY: sets this thread's number.
    unsafe { SetLastError(error) };
}

// -- sockets --

/// A socket as [`poll`] is asked about it.
pub type Polled = WSAPOLLFD;

pub fn awaited(socket: &impl AsRawSocket, awaits: Awaits) -> Polled {
    let events = match awaits {
        Awaits::Input => POLLRDNORM,
        Awaits::Output => POLLWRNORM,
        Awaits::Nothing => 0,
    };
    WSAPOLLFD { fd: number(socket), events, revents: 0 }
}

/// Waits until one of them is ready or `limit` is over, and takes no processor time for it.
pub fn poll(sockets: &mut [Polled], limit: Duration) -> io::Result<()> {
    // Rounded up: or else the last part of a millisecond would be spent with asking.
    let millis = i32::try_from(limit.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
    let count = u32::try_from(sockets.len()).unwrap_or(u32::MAX);
    // SAFETY: the pointer is to so many, which live for the call.
    match unsafe { WSAPoll(sockets.as_mut_ptr(), count, millis) } {
        0.. => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// An end of a pair of sockets: what is written to one can be read from the other.
pub type Bell = TcpStream;

/// By loopback, as there are no other pairs. Whoever else comes to the port meanwhile is sent away.
pub fn bells() -> io::Result<(Bell, Bell)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let ours = TcpStream::connect(listener.local_addr()?)?;
    let our_address = ours.local_addr()?;
    loop {
        let (other, address) = listener.accept()?;
        if address == our_address {
            ours.set_nodelay(true)?;
            return Ok((other, ours));
        }
        let _ = other.shutdown(Shutdown::Both);
    }
}

/// A bell's number, or [`NO_BELL`].
pub type AtomicNumber = AtomicI64;
pub const NO_BELL: i64 = -1;

pub fn number_of(bell: &Bell) -> i64 {
    bell.as_raw_socket().cast_signed()
}

/// Sends a byte, which wakes who waits for it.
pub fn ring(bell: i64) {
    let Ok(socket) = SOCKET::try_from(bell) else { return };
    // SAFETY: the pointer is to a byte that lives for the call; the socket is open, or the answer an error.
    unsafe { send(socket, [1_u8].as_ptr(), 1, 0) };
}

#[allow(clippy::cast_possible_truncation)] // a handle is as wide as a pointer
fn number(socket: &impl AsRawSocket) -> SOCKET {
    socket.as_raw_socket() as SOCKET
}

/// Whether this machine has no addresses of that kind.
pub fn is_of_address_family(error: &io::Error) -> bool {
    error.raw_os_error() == Some(WSAEAFNOSUPPORT)
}

// -- certificates --

/// Gives each certificate of an authority that the system trusts. `false`: it keeps none but in files.
pub fn trusted_certificates(found: &mut dyn FnMut(&[u8])) -> bool {
    // SAFETY: the name is a text that ends with a NUL; a store of ours or none is given.
    let store = unsafe { CertOpenSystemStoreW(0, w!("ROOT")) };
    if store.is_null() {
        return true;
    }
    let mut certificate = ptr::null_mut();
    loop {
        // SAFETY: the store is open, and the certificate its last one or none, which the call frees.
        certificate = unsafe { CertEnumCertificatesInStore(store, certificate) };
        if certificate.is_null() {
            break;
        }
        // SAFETY: it is valid until the next call, and says how long its bytes are.
        let der = unsafe {
            let context = &*certificate;
            std::slice::from_raw_parts(context.pbCertEncoded, context.cbCertEncoded as usize)
        };
        found(der);
    }
    // SAFETY: the store was opened above, and is closed once.
    unsafe { CertCloseStore(store, 0) };
    true
}
