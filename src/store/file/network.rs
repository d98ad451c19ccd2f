//! Refuses a folder where flock(2) succeeds and still does not keep another host's processes out: two of them
//! would use one refresh token.
//!
//! The file system's number costs one system call; mounts are looked up only for those that hosts can share.
#![forbid(unsafe_code)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::system;

/// statfs(2)'s numbers of the file systems that several hosts share, and the type that stands for each where its
/// mount is not found. All others lock in this kernel, and nobody else has them.
const SHARED: &[(i64, &str)] = &[
    (0x6969, "nfs"),
    (0x517B, "smbfs"),
    (0xFF53_4D42, "cifs"),
    (0xFE53_4D42, "smb3"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "fuse"),
    (0x00C3_6400, "ceph"),
    (0x0BD0_0BD0, "lustre"),
    (0x0116_1970, "gfs2"),
    (0x7461_636F, "ocfs2"),
    (0x6B41_4653, "afs"), // the kernel's own
    (0x5346_414F, "afs"), // OpenAFS
    (0x7375_7245, "coda"),
    (0x564C, "ncpfs"),
    (0x4750_4653, "gpfs"),
    (0x1983_0326, "beegfs"),
    (0x2003_0528, "pvfs2"),
    (0x786F_4256, "vboxsf"),
    (0xBACB_ACBC, "vmhgfs"),
    (0x7C7C_6673, "prl_fs"),
];

const NO_LOCKS: &str = "no locks between hosts on this file system (use a local folder)";
const LOCKS_OFF: &str = "the folder is mounted without locks (use a local folder)";
const STALE: &str = "mounted with nocto, old records are read (use a local folder)";
const SMB: &str = "SMB does not lock and rename as stores need (use a local folder)";
const OF_HOST: &str = "the machine's host shares it without locks (use a local folder)";

/// Which mounts are refused: the types, the options one of which it takes (none: always), why.
/// A type that is not here, such as ceph, locks between hosts; any other FUSE locks in this kernel.
const REFUSED: &[(&[&str], &[&str], &str)] = &[
    // nfs(5). `local_lock=posix` leaves flock to the server.
    (&["nfs", "nfs4"], &["nolock", "local_lock=flock", "local_lock=all"], LOCKS_OFF),
    // A lock makes a client see what the holder before it wrote only as long as opening looks at the server.
    (&["nfs", "nfs4"], &["nocto"], STALE),
    // flock(2), "CIFS details": local up to Linux 5.4 and with `nobrl`, mandatory since. And a rename onto a file
    // that another host has open fails: the new refresh token would be lost.
    (&["cifs", "smb3", "smbfs"], &[], SMB),
    // Locks stay in the guest (vboxsf, virtiofs as it is usually started), or the server keeps none (QEMU's 9p).
    (&["9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "fuse.vmhgfs-fuse", "fuse.prl_fsd"], &[], OF_HOST),
    // mount.lustre(8). With neither option and without `flock`, locking itself fails.
    (&["lustre", "lustre_lite"], &["localflock", "noflock"], LOCKS_OFF),
    (&["gfs2", "ocfs2"], &["localflocks"], LOCKS_OFF),
    (&["afs"], &["flock=local"], LOCKS_OFF),
    // GPFS locks between hosts by fcntl(2) alone; BeeGFS unless its own configuration says so.
    (&["coda", "ncpfs", "gpfs", "beegfs", "pvfs2"], &[], NO_LOCKS),
    (
        &[
            "fuse.sshfs",
            "fuse.davfs",
            "fuse.davfs2",
            "fuse.curlftpfs",
            "fuse.smbnetfs",
            "fuse.gvfsd-fuse",
            "fuse.rclone",
            "fuse.s3fs",
            "fuse.yas3fs",
            "fuse.goofys",
            "fuse.geesefs",
            "fuse.mount-s3",
            "fuse.mountpoint-s3",
            "fuse.gcsfuse",
            "fuse.blobfuse",
            "fuse.blobfuse2",
            "fuse.ossfs",
            "fuse.cosfs",
            "fuse.obsfs",
            "fuse.seaweedfs",
            "fuse.google-drive-ocamlfuse",
            "fuse.onedriver",
        ],
        &[],
        NO_LOCKS,
    ),
];

/// `opened` is the folder, or a file in it.
pub fn check(folder: &Path, opened: &File) -> Result<()> {
    let Some(number) = system::file_system_type(opened) else {
        return Ok(());
    };
    let Some((_, usual)) = SHARED.iter().find(|(shared, _)| *shared == number) else {
        return Ok(());
    };
    let mount = system::stat(opened).ok().and_then(|found| {
        let text = fs::read("/proc/self/mountinfo").ok()?;
        find(&text, numbers(found.device), folder)
    });
    let refused = match &mount {
        Some(mount) => refusal(&mount.kind, &mount.source, &mount.options),
        None => refusal(usual, "", ""),
    };
    match refused {
        Some(reason) => {
            Err(Error::StoreUnsafe { path: folder.display().to_string(), reason: reason.to_owned() })
        }
        None => Ok(()),
    }
}

/// Whether other hosts may have the file, too, as far as that is known.
pub fn is_shared(file: &File) -> bool {
    system::file_system_type(file).is_none_or(|number| SHARED.iter().any(|(shared, _)| *shared == number))
}

/// Why a folder on such a mount cannot be a store. `source` tells what a FUSE without a subtype is.
fn refusal(kind: &str, source: &str, options: &str) -> Option<&'static str> {
    let named = match kind {
        "fuse" if source.contains("://") => "fuse.davfs".to_owned(),
        "fuse" => format!("fuse.{}", source.split_once('#').map_or(source, |(program, _)| program)),
        _ => kind.to_owned(),
    };
    let is_refused = |(kinds, any_of, _): &&(&[&str], &[&str], &str)| {
        kinds.contains(&named.as_str())
            && (any_of.is_empty() || options.split(',').any(|option| any_of.contains(&option)))
    };
    REFUSED.iter().find(is_refused).map(|(_, _, reason)| *reason)
}

/// A device's two numbers, as Linux packs them.
fn numbers(device: u64) -> (u64, u64) {
    ((device >> 8) & 0xFFF | (device >> 32) & !0xFFF, device & 0xFF | (device >> 12) & 0xFFFF_FF00)
}

#[derive(Debug, PartialEq, Eq)]
struct Mount {
    device: (u64, u64),
    point: PathBuf,
    kind: String,
    source: String,
    options: String,
}

/// The mount of that device; of several, the one deepest above `folder`.
fn find(mountinfo: &[u8], device: (u64, u64), folder: &Path) -> Option<Mount> {
    let depth = |mount: &Mount| {
        if folder.starts_with(&mount.point) {
            mount.point.components().count()
        } else {
            0
        }
    };
    let lines = mountinfo.split(|byte| *byte == b'\n');
    lines.filter_map(parse).filter(|mount| mount.device == device).max_by_key(depth)
}

/// proc_pid_mountinfo(5): `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse(line: &[u8]) -> Option<Mount> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    // As many optional fields as there are, then a dash.
    let dash = 6 + fields.get(6..)?.iter().position(|field| *field == b"-")?;
    let text = |at: usize| fields.get(at).map(|f| String::from_utf8_lossy(&unescaped(f)).into_owned());
    let (major, minor) = std::str::from_utf8(fields[2]).ok()?.split_once(':')?;
    Some(Mount {
        device: (major.parse().ok()?, minor.parse().ok()?),
        point: system::path_of(unescaped(fields[4])),
        kind: text(dash + 1)?,
        source: text(dash + 2)?,
        options: text(dash + 3)?,
    })
}

/// The kernel writes blank, tab, line end and backslash as `\040`, `\011`, `\012` and `\134`.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let octal = after.get(..3).filter(|_| *first == b'\\').and_then(|digits| {
            digits.iter().try_fold(0_u32, |value, digit| Some(value * 8 + char::from(*digit).to_digit(8)?))
        });
        if let Some(byte) = octal.and_then(|value| u8::try_from(value).ok()) {
            out.push(byte);
            rest = &after[3..];
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_that_do_not_lock_are_refused() {
        let nfs = "rw,vers=4.2,rsize=1048576,hard,proto=tcp,sec=sys";
        for (kind, source, options, refused) in [
            ("nfs4", "nas:/x", &format!("{nfs},local_lock=none")[..], None),
            ("nfs", "nas:/x", &format!("{nfs},local_lock=posix"), None),
            ("nfs", "nas:/x", &format!("{nfs},local_lock=flock"), Some(LOCKS_OFF)),
            ("nfs", "nas:/x", &format!("{nfs},nolock,local_lock=all"), Some(LOCKS_OFF)),
            ("nfs4", "nas:/x", "rw,nolock", Some(LOCKS_OFF)),
            ("nfs4", "nas:/x", "rw,nocto,local_lock=none", Some(STALE)),
            ("nfs4", "nas:/x", "rw,nolocking", None),
            ("nfs", "", "", None),
            ("cifs", "//nas/x", "rw,vers=3.1.1,cache=strict,nobrl", Some(SMB)),
            ("cifs", "//nas/x", "rw,vers=3.1.1,cache=strict", Some(SMB)),
            ("smb3", "//nas/x", "rw", Some(SMB)),
            ("9p", "C:\\", "rw,aname=drvfs;path=C:\\,cache=5,trans=fd", Some(OF_HOST)),
            ("virtiofs", "share", "rw", Some(OF_HOST)),
            ("vboxsf", "share", "rw", Some(OF_HOST)),
            ("lustre", "mgs:/x", "rw,flock,lazystatfs", None),
            ("lustre", "mgs:/x", "rw,localflock", Some(LOCKS_OFF)),
            ("lustre", "mgs:/x", "rw,noflock", Some(LOCKS_OFF)),
            ("ceph", "mon:/x", "rw,acl", None),
            ("gfs2", "/dev/dm-1", "rw,acl", None),
            ("gfs2", "/dev/dm-1", "rw,localflocks", Some(LOCKS_OFF)),
            ("ocfs2", "/dev/sdb", "rw,heartbeat=local", None),
            ("afs", "#cell:x", "rw", None),
            ("afs", "#cell:x", "rw,flock=local", Some(LOCKS_OFF)),
            ("gpfs", "fs1", "rw", Some(NO_LOCKS)),
            ("beegfs", "beegfs_nodev", "rw", Some(NO_LOCKS)),
            ("fuse.sshfs", "me@host:/x", "rw,user_id=0", Some(NO_LOCKS)),
            ("fuse", "sshfs#me@host:/x", "rw", Some(NO_LOCKS)),
            ("fuse", "gcsfuse", "rw", Some(NO_LOCKS)),
            ("fuse", "https://dav.example/x", "rw", Some(NO_LOCKS)),
            ("fuse.rclone", "remote:x", "rw", Some(NO_LOCKS)),
            ("fuse.s3fs", "s3fs", "rw", Some(NO_LOCKS)),
            ("fuse.glusterfs", "host:/x", "rw", None),
            ("fuse.gocryptfs", "/home/me/x", "rw", None),
            ("fuseblk", "/dev/sdc1", "rw", None),
            ("fuse", "", "", None),
        ] {
            assert_eq!(refusal(kind, source, options), refused, "{kind} {source} {options}");
        }
    }

    #[test]
    fn a_refusal_is_whole_in_80_characters() {
        for (_, _, reason) in REFUSED {
            let error = Error::StoreUnsafe { path: String::new(), reason: (*reason).to_owned() };
            assert!(error.to_string().len() <= 80 + ": ".len(), "{error}");
        }
    }

    const MOUNTINFO: &[u8] = b"\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:1 / / rw,relatime shared:1 - ext4 /dev/root rw,discard
40 27 0:52 / /mnt/a\\040b rw,relatime shared:7 master:2 - nfs4 nas:/my\\040x rw,vers=4.2,local_lock=none
41 27 0:52 /deep /mnt/a\\040b/c rw - nfs4 nas:/x rw,vers=4.2,local_lock=none
42 27 0:53 / /mnt/tag rw -  rw
43 27 0:54 / /mnt/tag rw - fuse  rw
44 27 x:1 / /mnt rw - ext4 a rw
\xFF\xFE
45 27 0:55 / /mnt/\xFF rw - fuse.sshfs me@host: rw";

    #[test]
    fn a_device_has_two_numbers() {
        // makedev(3) of the C library.
        for (major, minor, device) in [
            (0, 52, 0x34),
            (254, 1, 0xFE01),
            (0xFFF, 255, 0xF_FFFF),
            (0x1234_5678, 0x9ABC_DEF0, 0x1234_59AB_CDE6_78F0),
            (0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF),
        ] {
            assert_eq!(numbers(device), (major, minor), "{device:x}");
        }
    }

    #[test]
    fn the_mount_is_found_by_its_device() {
        let found = find(MOUNTINFO, (0, 52), Path::new("/mnt/a b/tokens")).unwrap();
        assert_eq!((found.kind.as_str(), found.source.as_str()), ("nfs4", "nas:/my x"));
        assert_eq!(found.point, Path::new("/mnt/a b"));
        assert_eq!(found.options, "rw,vers=4.2,local_lock=none");
        let deepest = find(MOUNTINFO, (0, 52), Path::new("/mnt/a b/c/tokens")).unwrap();
        assert_eq!(deepest.point, Path::new("/mnt/a b/c"));
        // Named through a symbolic link.
        assert_eq!(find(MOUNTINFO, (0, 55), Path::new("/elsewhere")).unwrap().kind, "fuse.sshfs");
        assert_eq!(find(MOUNTINFO, (0, 54), Path::new("/mnt/tag")).unwrap().source, "");
        assert_eq!(find(MOUNTINFO, (0, 53), Path::new("/mnt/tag")), None);
        assert_eq!(find(MOUNTINFO, (9, 9), Path::new("/mnt/tag")), None);
        assert_eq!(find(b"", (0, 52), Path::new("/")), None);
    }

    #[test]
    fn escapes_are_undone_and_nothing_else() {
        for (escaped, plain) in [
            (&b"/a\\040b\\011\\012\\134c"[..], &b"/a b\t\n\\c"[..]),
            (b"\\04", b"\\04"),
            (b"\\089", b"\\089"),
            (b"\\777", b"\\777"),
            (b"\\\\040", b"\\ "),
            (b"\\", b"\\"),
            (b"", b""),
        ] {
            assert_eq!(unescaped(escaped), plain);
        }
    }

    #[test]
    fn this_machines_mounts_are_understood() {
        let text = fs::read("/proc/self/mountinfo").unwrap();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            assert!(parse(line).is_some(), "{}", String::from_utf8_lossy(line));
        }
        let here = numbers(system::stat_path(Path::new("/proc/self/")).unwrap().device);
        assert_eq!(find(&text, here, Path::new("/proc/self")).unwrap().kind, "proc");
    }

    #[test]
    fn a_folder_in_memory_is_no_network() {
        let folder = Path::new("/dev/shm");
        if let Ok(opened) = File::open(folder) {
            check(folder, &opened).unwrap();
        }
    }
}
