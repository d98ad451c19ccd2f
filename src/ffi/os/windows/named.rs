//! Files by their name in a folder that is open: whatever becomes of the folder's own name.

use std::fs::File;
use std::io;
use std::mem::{offset_of, size_of};
use std::os::windows::io::{AsRawHandle, FromRawHandle};
use std::ptr;

use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem::{
    FileDispositionInformation, FileDispositionInformationEx, FileRenameInformation, FileRenameInformationEx,
    NtCreateFile, NtSetInformationFile, FILE_CREATE, FILE_DIRECTORY_FILE, FILE_INFORMATION_CLASS,
    FILE_NON_DIRECTORY_FILE, FILE_OPEN, FILE_OPEN_REPARSE_POINT, FILE_RENAME_INFORMATION,
    FILE_SYNCHRONOUS_IO_NONALERT,
};
use windows_sys::Win32::Foundation::{
    RtlNtStatusToDosError, ERROR_SHARING_VIOLATION, NTSTATUS, OBJ_CASE_INSENSITIVE, STATUS_DELETE_PENDING,
    UNICODE_STRING,
};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_ATTRIBUTE_NORMAL, FILE_GENERIC_READ,
    FILE_GENERIC_WRITE, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
    READ_CONTROL, SYNCHRONIZE,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

use super::access::Private;
use super::files::{not_a_link, patiently, replacing, stat, Found};
use crate::os::Opening;
/// No link is followed.
pub fn open_at(folder: &File, name: &str, opening: Opening) -> io::Result<File> {
    let access = match opening {
        Opening::Read => FILE_GENERIC_READ,
        Opening::Write => FILE_GENERIC_READ | FILE_GENERIC_WRITE,
    };
    Relative { folder, name, access, options: FILE_NON_DIRECTORY_FILE }.open().and_then(not_a_link)
}

/// A new file, its owner's alone.
pub fn create_at(folder: &File, name: &str) -> io::Result<File> {
    let access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    let private = Private::new(false)?;
    Relative { folder, name, access, options: FILE_NON_DIRECTORY_FILE }.create(&private)
}

/// A folder in it, its owner's alone, where there is none of that name yet; it is not followed where it is a link.
pub fn make_folder_at(folder: &File, name: &str) -> io::Result<File> {
    let access = FILE_GENERIC_READ | FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY;
    let new = Relative { folder, name, access, options: FILE_DIRECTORY_FILE };
    match new.create(&Private::new(true)?) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => new.open().and_then(not_a_link),
        made => made,
    }
}

/// Of a link, what the link is.
pub fn stat_at(folder: &File, name: &str) -> io::Result<Found> {
    stat(&Relative { folder, name, access: FILE_READ_ATTRIBUTES | READ_CONTROL, options: 0 }.open()?)
}

/// Both names are in that folder. Whoever has the replaced file open keeps it.
pub fn rename_at(folder: &File, from: &str, to: &str) -> io::Result<()> {
    const REPLACES: u32 = 1;
    const OPEN_OR_NOT: u32 = 2;
    const READ_ONLY_OR_NOT: u32 = 0x40;
    let file = Relative { folder, name: from, access: DELETE, options: 0 }.open()?;
    let by = |class, flags| {
        let renaming = renaming(folder, to, flags)?;
        set(&file, class, renaming.as_ptr().cast(), renaming.len() * size_of::<u64>())
    };
    replacing(|| {
        by(FileRenameInformationEx, REPLACES | OPEN_OR_NOT | READ_ONLY_OR_NOT).or_else(|e| match e.kind() {
            io::ErrorKind::NotFound => Err(e),
            // Before Windows 10 1709, and on a file system that is no NTFS.
            _ => by(FileRenameInformation, REPLACES),
        })
    })
}

/// FILE_RENAME_INFORMATION, which ends with the name; aligned for that.
fn renaming(folder: &File, to: &str, flags: u32) -> io::Result<Vec<u64>> {
    let name = wide(to)?;
    let start = offset_of!(FILE_RENAME_INFORMATION, FileName);
    let size = (start + name.len() * 2).max(size_of::<FILE_RENAME_INFORMATION>());
    let mut whole = vec![0_u64; size.div_ceil(size_of::<u64>())];
    let about = whole.as_mut_ptr().cast::<FILE_RENAME_INFORMATION>();
    // SAFETY: there is room for the struct and the name behind it, aligned for both, and nobody else has it.
    unsafe {
        (*about).Anonymous.Flags = flags;
        (*about).RootDirectory = folder.as_raw_handle();
        (*about).FileNameLength = u32::try_from(name.len() * 2).unwrap_or_default();
        ptr::copy_nonoverlapping(name.as_ptr(), (&raw mut (*about).FileName).cast(), name.len());
    }
    Ok(whole)
}

pub fn remove_at(folder: &File, name: &str) -> io::Result<()> {
    remove(&Relative { folder, name, access: DELETE, options: FILE_NON_DIRECTORY_FILE })
}

/// Only one that is empty.
pub fn remove_folder_at(folder: &File, name: &str) -> io::Result<()> {
    remove(&Relative { folder, name, access: DELETE, options: FILE_DIRECTORY_FILE })
}

/// The name is free when this returns, whoever has the file open; or, where Windows cannot do that (before Windows 10 1709,
/// and on a file system that is no NTFS), when the last one has closed it or the patience is at its end.
fn remove(what: &Relative<'_>) -> io::Result<()> {
    const DELETES_NAME_AT_ONCE_READ_ONLY_OR_NOT: u32 = 0x13;
    let file = what.open()?;
    let now = DELETES_NAME_AT_ONCE_READ_ONLY_OR_NOT;
    match set(&file, FileDispositionInformationEx, (&raw const now).cast(), size_of::<u32>()) {
        Err(e) if e.kind() != io::ErrorKind::DirectoryNotEmpty => {}
        done => return done,
    }
    let deletes = 1_u8;
    set(&file, FileDispositionInformation, (&raw const deletes).cast(), 1)?;
    drop(file);
    // Until then Wine lets others open it: they would find a record that was removed.
    let in_use = || io::Error::from_raw_os_error(ERROR_SHARING_VIOLATION.cast_signed());
    let _: io::Result<()> = patiently(|| what.call(FILE_OPEN, None).and_then(|_| Err(in_use())));
    Ok(())
}

/// What is to be opened or made by its name in a folder.
struct Relative<'a> {
    folder: &'a File,
    name: &'a str,
    access: u32,
    options: u32,
}

impl Relative<'_> {
    fn open(&self) -> io::Result<File> {
        patiently(|| self.call(FILE_OPEN, None))
    }

    fn create(&self, private: &Private) -> io::Result<File> {
        patiently(|| self.call(FILE_CREATE, Some(private)))
    }

    fn call(&self, disposition: u32, private: Option<&Private>) -> io::Result<File> {
        let mut name = wide(self.name)?;
        let length = u16::try_from(name.len() * 2).map_err(|_| io::ErrorKind::InvalidFilename)?;
        let name = UNICODE_STRING { Length: length, MaximumLength: length, Buffer: name.as_mut_ptr() };
        let attributes = OBJECT_ATTRIBUTES {
            Length: u32::try_from(size_of::<OBJECT_ATTRIBUTES>()).unwrap_or_default(),
            RootDirectory: self.folder.as_raw_handle(),
            ObjectName: &raw const name,
            Attributes: OBJ_CASE_INSENSITIVE,
            SecurityDescriptor: private.map_or(ptr::null(), |private| private.descriptor().cast()),
            SecurityQualityOfService: ptr::null(),
        };
        let (mut file, mut status) = (ptr::null_mut(), IO_STATUS_BLOCK::default());
        // SAFETY: the folder is open as long as the reference lives; all pointers are to what lives for the call.
        done(unsafe {
            NtCreateFile(
                &raw mut file,
                self.access | SYNCHRONIZE,
                &raw const attributes,
                &raw mut status,
                ptr::null(),
                FILE_ATTRIBUTE_NORMAL,
                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                disposition,
                self.options | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT,
                ptr::null(),
                0,
            )
        })?;
        // SAFETY: just opened, and nobody else's.
        Ok(unsafe { File::from_raw_handle(file) })
    }
}

fn set(
    file: &File,
    class: FILE_INFORMATION_CLASS,
    about: *const core::ffi::c_void,
    size: usize,
) -> io::Result<()> {
    let mut status = IO_STATUS_BLOCK::default();
    let size = u32::try_from(size).map_err(|_| io::ErrorKind::InvalidFilename)?;
    // SAFETY: the handle is open as long as `file`; both pointers are to what lives for the call, of that size.
    done(unsafe { NtSetInformationFile(file.as_raw_handle(), &raw mut status, about, size, class) })
}

/// As the system wants a name in a folder. A colon would name another stream of a file.
fn wide(name: &str) -> io::Result<Vec<u16>> {
    if name.contains([':', '\0']) {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    Ok(name.replace('/', r"\").encode_utf16().collect())
}

fn done(status: NTSTATUS) -> io::Result<()> {
    if status >= 0 {
        return Ok(());
    }
    let code = match status {
        // Its name goes when the last one has closed it.
        STATUS_DELETE_PENDING => ERROR_SHARING_VIOLATION,
        // SAFETY: takes a number.
        _ => unsafe { RtlNtStatusToDosError(status) },
    };
    Err(io::Error::from_raw_os_error(code.cast_signed()))
}
