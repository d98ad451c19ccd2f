//! Files: by their name in a folder that is open, and what the system knows of them.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::mem::size_of;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::os::windows::io::AsRawHandle;
use std::path::{Component, Path, PathBuf, Prefix};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED, ERROR_SHARING_VIOLATION, ERROR_STOPPED_ON_SYMLINK,
};
use windows_sys::Win32::Storage::FileSystem::{
    FileRemoteProtocolInfo, GetFileInformationByHandle, GetFileInformationByHandleEx, GetFileType,
    GetFinalPathNameByHandleW, BY_HANDLE_FILE_INFORMATION, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY,
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_GENERIC_READ, FILE_READ_ATTRIBUTES, FILE_REMOTE_PROTOCOL_INFO,
    FILE_TYPE_DISK, READ_CONTROL,
};

use super::access;

/// What is known of a file: its owner and mode are what its access list comes to (see `access`).
#[derive(Clone, Copy)]
pub struct Found {
    pub device: u64,
    pub inode: u64,
    pub mode: u32,
    pub owner: u32,
    pub group: u32,
    pub length: u64,
    pub modified: (i64, i64),
}

pub const FILE_TYPE: u32 = 0o170_000;
pub const FOLDER: u32 = 0o040_000;
pub const LINK: u32 = 0o120_000;
pub const REGULAR: u32 = 0o100_000;

/// Some program looks at each new file for moments, and nobody else may have it meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);
/// For what would be lost: a refresh token has been spent for what is to be written.
const PATIENCE_TO_WRITE: Duration = Duration::from_secs(20);

/// A device, such as `NUL`, which every folder has; or a stream of a file, which a colon begins.
pub fn is_no_file(path: &Path) -> bool {
    path.components().any(|part| match part {
        Component::Prefix(prefix) => matches!(prefix.kind(), Prefix::DeviceNS(_)),
        Component::Normal(name) => name.as_encoded_bytes().contains(&b':'),
        _ => false,
    })
}

/// Nobody writes bytes for paths here.
pub fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Differs where a file was replaced or written.
pub fn stamp_of(found: &Metadata) -> [i64; 4] {
    let [written, size, made] = [found.last_write_time(), found.file_size(), found.creation_time()];
    [written.cast_signed(), 0, size.cast_signed(), made.cast_signed()]
}

pub fn stat(file: &File) -> io::Result<Found> {
    found(file, false)
}

/// Of a symbolic link or another reparse point, what it is itself.
pub fn stat_path(path: &Path) -> io::Result<Found> {
    let file = to_look_at(path)?;
    found(&file, path.parent().is_none())
}

fn to_look_at(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .access_mode(FILE_READ_ATTRIBUTES | READ_CONTROL)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)
}

fn found(file: &File, is_root: bool) -> io::Result<Found> {
    let about = information(file)?;
    let access = access::of(file, is_root)?;
    let kind = match about.dwFileAttributes {
        attributes if attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 => LINK,
        attributes if attributes & FILE_ATTRIBUTE_DIRECTORY != 0 => FOLDER,
        _ => REGULAR,
    };
    let whole = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
    let written = about.ftLastWriteTime;
    Ok(Found {
        device: about.dwVolumeSerialNumber.into(),
        inode: whole(about.nFileIndexHigh, about.nFileIndexLow),
        mode: kind | access.mode,
        owner: access.owner,
        group: u32::MAX,
        length: whole(about.nFileSizeHigh, about.nFileSizeLow),
        modified: (whole(written.dwHighDateTime, written.dwLowDateTime).cast_signed(), 0),
    })
}

fn information(file: &File) -> io::Result<BY_HANDLE_FILE_INFORMATION> {
    let mut about = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open as long as `file`; the pointer is to a place that lives for the call.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut about) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(about)
}

/// 0, or the number that Linux has for a folder of another host (SMB): whatever its protocol, it is not known to lock.
pub fn file_system_type(file: &File) -> Option<i64> {
    const SMB: i64 = 0xFF53_4D42;
    let mut about = FILE_REMOTE_PROTOCOL_INFO::default();
    let size = u32::try_from(size_of::<FILE_REMOTE_PROTOCOL_INFO>()).unwrap_or_default();
    // SAFETY: the handle is open as long as `file`; the pointer is to a place of that size that lives for the call.
    let is_remote = unsafe {
        GetFileInformationByHandleEx(
            file.as_raw_handle(),
            FileRemoteProtocolInfo,
            (&raw mut about).cast(),
            size,
        )
    } != 0;
    let is_unc =
        || place_of(file).is_ok_and(|path| path.as_os_str().as_encoded_bytes().starts_with(br"\\?\UNC\"));
    Some(if is_remote || is_unc() { SMB } else { 0 })
}

/// Without links, as a person writes it.
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    let real = path.canonicalize()?;
    let text = real.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    Ok(text.filter(|text| text.as_bytes().get(1) == Some(&b':')).map(PathBuf::from).unwrap_or(real))
}

/// Where it is now, whatever links led there.
fn place_of(file: &File) -> io::Result<PathBuf> {
    let mut text = vec![0_u16; 512];
    loop {
        let room = u32::try_from(text.len()).unwrap_or(u32::MAX);
        // SAFETY: the handle is open as long as `file`; the buffer is writable for as many as is said.
        let length = unsafe { GetFinalPathNameByHandleW(file.as_raw_handle(), text.as_mut_ptr(), room, 0) };
        match usize::try_from(length).unwrap_or(0) {
            0 => return Err(io::Error::last_os_error()),
            length if length < text.len() => {
                text.truncate(length);
                return Ok(std::ffi::OsString::from_wide(&text).into());
            }
            length => text.resize(length, 0),
        }
    }
}

/// A folder, as it is itself or, where `is_followed`, what a link of that name leads to.
pub fn open_folder(path: &Path, is_followed: bool) -> io::Result<File> {
    let to_write = FILE_GENERIC_READ | FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY;
    let file = open_path(path, to_write, is_followed).or_else(|e| match e.kind() {
        io::ErrorKind::PermissionDenied => open_path(path, FILE_GENERIC_READ, is_followed),
        _ => Err(e),
    })?;
    if information(&file)?.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY == 0 {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(file)
}

/// To be read. A folder is opened, too: whoever asked says that it is none.
pub fn open_file(path: &Path, is_followed: bool) -> io::Result<File> {
    let file = open_path(path, FILE_GENERIC_READ, is_followed)?;
    // SAFETY: the handle is open as long as `file`.
    if unsafe { GetFileType(file.as_raw_handle()) } != FILE_TYPE_DISK {
        return Err(io::ErrorKind::InvalidInput.into()); // a device or a pipe
    }
    Ok(file)
}

fn open_path(path: &Path, access: u32, is_followed: bool) -> io::Result<File> {
    let flags = if is_followed { 0 } else { FILE_FLAG_OPEN_REPARSE_POINT };
    let opened = patiently(|| {
        OpenOptions::new().access_mode(access).custom_flags(FILE_FLAG_BACKUP_SEMANTICS | flags).open(path)
    });
    not_a_link(opened?)
}

pub(super) fn not_a_link(file: File) -> io::Result<File> {
    if information(&file)?.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(io::Error::from_raw_os_error(ERROR_STOPPED_ON_SYMLINK.cast_signed()));
    }
    Ok(file)
}

/// Why [`open_file`] has not followed a link.
pub fn is_of_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_STOPPED_ON_SYMLINK.cast_signed())
}

/// Of a path that cannot be.
pub fn is_of_path(error: &io::Error) -> bool {
    is_of_link(error) || matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename)
}

/// Of a file system that does not lock.
pub fn is_of_locking(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(i32::cast_unsigned);
    matches!(code, Some(ERROR_NOT_SUPPORTED | ERROR_INVALID_FUNCTION))
}

pub fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek_read(bytes, at)
}

pub fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        match file.seek_write(&bytes[written..], at + written as u64)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => written += count,
        }
    }
    Ok(())
}

/// Its names are kept in the file system's journal, which is flushed with it where the folder may be written.
pub fn flush_folder(folder: &File) -> io::Result<()> {
    let _ = folder.sync_all();
    Ok(())
}

/// The folder so many above the open one; the root is above itself.
pub fn stat_above(folder: &File, level: usize) -> io::Result<Found> {
    let path = place_of(folder)?;
    let above = path.ancestors().nth(level).or_else(|| path.ancestors().last());
    stat_path(above.unwrap_or(&path))
}

/// Whether files can be made in the folder; the reason is an error.
pub fn check_writable(folder: &File) -> io::Result<()> {
    let access = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY;
    OpenOptions::new()
        .access_mode(access)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(place_of(folder)?)
        .map(drop)
}

/// Again and again, as long as somebody else has the file for himself.
pub(super) fn patiently<T>(attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    while_it_is(is_in_use, PATIENCE, attempt)
}

/// As [`patiently`], for what replaces a file: where the file system cannot, as long as somebody has that one open, it says
/// that it is not allowed.
pub(super) fn replacing<T>(attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let is_open = |e: &io::Error| is_in_use(e) || e.kind() == io::ErrorKind::PermissionDenied;
    while_it_is(is_open, PATIENCE_TO_WRITE, attempt)
}

fn while_it_is<T>(
    passing: impl Fn(&io::Error) -> bool,
    patience: Duration,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let until = Instant::now() + patience;
    loop {
        match attempt() {
            Err(e) if passing(&e) && Instant::now() < until => std::thread::sleep(Duration::from_millis(2)),
            done => return done,
        }
    }
}

fn is_in_use(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_SHARING_VIOLATION.cast_signed())
}
