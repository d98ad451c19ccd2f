//! Who may do what with a file: an access list, as the owner and rights that it comes to where there are an owner, root and
//! others. Root is who can do everything anyway: the system itself and the machine's administrators.

use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr;

use windows_sys::w;
use windows_sys::Win32::Foundation::{
    CloseHandle, LocalFree, ERROR_SUCCESS, GENERIC_ALL, GENERIC_READ, GENERIC_WRITE, HANDLE,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, ConvertStringSidToSidW,
    GetSecurityInfo, SDDL_REVISION_1, SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    EqualSid, GetAce, GetSidSubAuthority, GetSidSubAuthorityCount, GetTokenInformation, IsWellKnownSid,
    TokenOwner, TokenUser, WinAccountDomainAdminsSid, WinBuiltinAdministratorsSid, WinCreatorOwnerRightsSid,
    WinLocalSystemSid, ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, INHERIT_ONLY_ACE,
    OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, TOKEN_INFORMATION_CLASS, TOKEN_OWNER,
    TOKEN_QUERY, TOKEN_USER,
};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_APPEND_DATA, FILE_DELETE_CHILD, FILE_READ_DATA, FILE_WRITE_ATTRIBUTES, FILE_WRITE_DATA,
    FILE_WRITE_EA, WRITE_DAC, WRITE_OWNER,
};
use windows_sys::Win32::System::SystemServices::{
    ACCESS_ALLOWED_ACE_TYPE, ACCESS_DENIED_ACE_TYPE, ACCESS_DENIED_CALLBACK_ACE_TYPE,
    ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE, ACCESS_DENIED_OBJECT_ACE_TYPE,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentThread, OpenProcessToken, OpenThreadToken,
};

/// What a sentence says of rights, and how they are taken from others.
pub const CLOSE_FILE: &str = "icacls FILE /inheritance:r /grant:r %USERNAME%:F";
pub const CLOSE_KEY: &str = CLOSE_FILE;
pub const CLOSE_FOLDER: &str = "icacls FOLDER /inheritance:r /grant:r %USERNAME%:(OI)(CI)F";
pub const CLOSE_TO_WRITERS: &str = "take the right from them with icacls";

/// As [`Access::owner`] has it, the user of this thread.
const US: u32 = 1;
const ROOT: u32 = 0;

pub fn effective_user() -> u32 {
    US
}

/// What `Found` says of owner and rights.
pub struct Access {
    pub owner: u32,
    pub mode: u32,
}

/// Rights to change what is in a file or folder, or to change who has rights.
const WRITES: u32 = FILE_WRITE_DATA
    | FILE_APPEND_DATA
    | FILE_WRITE_EA
    | FILE_WRITE_ATTRIBUTES
    | GENERIC_WRITE
    | GENERIC_ALL
    | TAKES;
/// Rights to take away what is in a folder, and was not made by who has them.
const TAKES: u32 = DELETE | FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;
const READS: u32 = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL;

/// The file has to be open with READ_CONTROL. `is_root`: a drive's first folder, which nobody can take away.
pub fn of(file: &File, is_root: bool) -> io::Result<Access> {
    let (mut owner, mut list, mut descriptor) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the handle is open as long as `file`; the pointers are to places that live for the call.
    let failed = unsafe {
        GetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &raw mut owner,
            ptr::null_mut(),
            &raw mut list,
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    if failed != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(failed.cast_signed()));
    }
    let _freed = Local(descriptor);
    let us = Us::now()?;
    // SAFETY: both are within the descriptor, which lives until the end.
    let (owner, others) = unsafe { (us.number(owner), us.rights_of_others(list)) };
    let takes = if is_root { TAKES & !DELETE } else { TAKES };
    let mut mode = 0o700;
    if others & READS != 0 {
        mode |= 0o044;
    }
    if others & WRITES != 0 {
        mode |= 0o022;
    }
    if others & takes == 0 {
        mode |= 0o1000; // others may add to it, and nothing else
    }
    Ok(Access { owner, mode })
}

/// Who this thread is: its user, and who owns what it makes.
struct Us {
    user: Vec<u64>,
    owner: Vec<u64>,
}

impl Us {
    fn now() -> io::Result<Self> {
        let token = token()?;
        let known = |class| information(token, class);
        let us = known(TokenUser).and_then(|user| Ok(Self { user, owner: known(TokenOwner)? }));
        // SAFETY: opened above, and closed once.
        unsafe { CloseHandle(token) };
        us
    }

    fn user(&self) -> PSID {
        // SAFETY: the system has filled it in as a TOKEN_USER, and it is aligned for that.
        unsafe { (*self.user.as_ptr().cast::<TOKEN_USER>()).User.Sid }
    }

    fn owner(&self) -> PSID {
        // SAFETY: the system has filled it in as a TOKEN_OWNER, and it is aligned for that.
        unsafe { (*self.owner.as_ptr().cast::<TOKEN_OWNER>()).Owner }
    }

    /// # Safety
    /// `sid` is null or one of the system's.
    unsafe fn number(&self, sid: PSID) -> u32 {
        if sid.is_null() {
            return u32::MAX;
        }
        // SAFETY: as promised, and ours are the system's.
        unsafe {
            if EqualSid(sid, self.user()) != 0 || EqualSid(sid, self.owner()) != 0 {
                return US;
            }
            if is_root(sid) {
                return ROOT;
            }
            // Its last part tells a machine's users apart.
            let count = u32::from(*GetSidSubAuthorityCount(sid));
            if count == 0 {
                u32::MAX
            } else {
                (*GetSidSubAuthority(sid, count - 1)).max(2)
            }
        }
    }

    /// All that is allowed to anybody but us and root. What is denied to them takes nothing from that: what is denied to a
    /// group is not denied to all.
    ///
    /// # Safety
    /// `list` is null or one of the system's.
    unsafe fn rights_of_others(&self, list: *const ACL) -> u32 {
        if list.is_null() {
            return u32::MAX; // no list keeps nobody out
        }
        let mut rights = 0;
        // SAFETY: as promised; the system gives entries of the size that their headers say.
        unsafe {
            for at in 0..u32::from((*list).AceCount) {
                let mut entry = ptr::null_mut();
                if GetAce(list, at, &raw mut entry) == 0 {
                    return u32::MAX;
                }
                rights |= self.rights_of_other(entry.cast());
            }
        }
        rights
    }

    /// # Safety
    /// `entry` is one of the system's.
    unsafe fn rights_of_other(&self, entry: *const ACE_HEADER) -> u32 {
        const DENIED: [u32; 4] = [
            ACCESS_DENIED_ACE_TYPE,
            ACCESS_DENIED_OBJECT_ACE_TYPE,
            ACCESS_DENIED_CALLBACK_ACE_TYPE,
            ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE,
        ];
        // SAFETY: as promised; an entry that allows has an ACCESS_ALLOWED_ACE's form.
        unsafe {
            let kind = u32::from((*entry).AceType);
            if u32::from((*entry).AceFlags) & INHERIT_ONLY_ACE != 0 || DENIED.contains(&kind) {
                return 0;
            }
            if kind != ACCESS_ALLOWED_ACE_TYPE {
                return u32::MAX; // with conditions: nobody knows for whom
            }
            let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
            let sid: PSID = (&raw const (*entry).SidStart).cast_mut().cast();
            let is_ours =
                IsWellKnownSid(sid, WinCreatorOwnerRightsSid) != 0 || matches!(self.number(sid), US | ROOT);
            if is_ours {
                0
            } else {
                (*entry).Mask
            }
        }
    }
}

/// # Safety
/// `sid` is one of the system's.
unsafe fn is_root(sid: PSID) -> bool {
    // Windows' own installer, which owns the drive's first folder.
    const INSTALLER: windows_sys::core::PCWSTR =
        w!("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");
    const ROOTS: [i32; 3] = [WinLocalSystemSid, WinBuiltinAdministratorsSid, WinAccountDomainAdminsSid];
    let mut installer = ptr::null_mut();
    // SAFETY: as promised; the text ends with a NUL, and what is made of it is freed.
    unsafe {
        if ROOTS.iter().any(|known| IsWellKnownSid(sid, *known) != 0) {
            return true;
        }
        let is_known = ConvertStringSidToSidW(INSTALLER, &raw mut installer) != 0;
        let _freed = Local(installer);
        is_known && EqualSid(sid, installer) != 0
    }
}

/// The thread's, where it acts for somebody, or else the process's.
fn token() -> io::Result<HANDLE> {
    let mut token = ptr::null_mut();
    // SAFETY: the pointer is to a handle that lives for the calls; what is given is closed by the caller.
    let is_open = unsafe {
        OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, 1, &raw mut token) != 0
            || OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) != 0
    };
    if is_open {
        Ok(token)
    } else {
        Err(io::Error::last_os_error())
    }
}

/// As the system writes it, aligned for all that it has.
fn information(token: HANDLE, class: TOKEN_INFORMATION_CLASS) -> io::Result<Vec<u64>> {
    let mut length = 0;
    let mut bytes = vec![0_u64; 16]; // the longest SID has 68 bytes
                                     // SAFETY: the token is open; the buffer is writable for as many bytes as is said.
    let is_known =
        unsafe { GetTokenInformation(token, class, bytes.as_mut_ptr().cast(), 128, &raw mut length) } != 0;
    if is_known {
        Ok(bytes)
    } else {
        Err(io::Error::last_os_error())
    }
}

/// What a file or folder is made with: ours, and nobody's but ours and root's, whatever the folder above hands down.
pub struct Private(Local);

impl Private {
    pub fn new(is_folder: bool) -> io::Result<Self> {
        let us = Us::now()?;
        let mut text = ptr::null_mut();
        // SAFETY: the SID is the system's; the pointer is to a text that is freed below.
        if unsafe { ConvertSidToStringSidW(us.user(), &raw mut text) } == 0 {
            return Err(io::Error::last_os_error());
        }
        let freed = Local(text.cast());
        // SAFETY: the text ends with a NUL, and lives as long as `freed`.
        let sid = String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length(text)) });
        drop(freed);
        let below = if is_folder { "OICI" } else { "" };
        let access = format!("O:{sid}D:P(A;{below};FA;;;{sid})(A;{below};FA;;;SY)(A;{below};FA;;;BA)\0");
        let access: Vec<u16> = access.encode_utf16().collect();
        let mut descriptor = ptr::null_mut();
        // SAFETY: the text ends with a NUL; the pointer is to a place that lives for the call.
        let is_made = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                access.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                ptr::null_mut(),
            )
        };
        if is_made == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(Local(descriptor)))
    }

    pub fn descriptor(&self) -> PSECURITY_DESCRIPTOR {
        self.0 .0
    }
}

/// # Safety
/// `text` ends with a NUL.
unsafe fn length(text: *const u16) -> usize {
    let mut length = 0;
    // SAFETY: as promised.
    while unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    length
}

/// Memory that the system has given, freed with this.
struct Local(*mut core::ffi::c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: given by LocalAlloc and nobody else's, or null.
        unsafe { LocalFree(self.0) };
    }
}
