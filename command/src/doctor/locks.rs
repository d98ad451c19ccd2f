//! Who has a lock in the store: as Linux lists them, which disturbs nobody, and else not at all.
#![forbid(unsafe_code)]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Mark, Report};

const LIST: &str = "/proc/locks";

pub fn look(folder: &Path, report: &mut Report) {
    let Ok(locks) = fs::read_to_string(LIST) else {
        return report.note("lock", "this system does not say who has one");
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "lock"));
    let mut count = 0;
    let mut is_locked = false;
    for entry in names {
        count += 1;
        let Ok(found) = entry.metadata() else { continue };
        let Some(process) = holder(&locks, found.ino()) else { continue };
        is_locked = true;
        let name = entry.file_name();
        let who = if process > 0 { format!("process {process}") } else { "another container".to_owned() };
        let next = "wait, and if that stays so look what it does";
        report.say(Mark::Retry, "lock", &format!("{who} is renewing a token: {next}: {}", name.display()));
    }
    if count > 0 && !is_locked {
        report.fine("lock", "nobody has one");
    }
}

/// `1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234567 0 EOF`, by the number of the file alone: what stands for its disk is
/// not what other calls say on every file system.
fn holder(locks: &str, inode: u64) -> Option<i64> {
    locks.lines().find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let is_lock = fields.next()? == "FLOCK";
        let process = fields.nth(2)?.parse().ok()?;
        let file = fields.next()?.rsplit(':').next()?.parse();
        (is_lock && file == Ok(inode)).then_some(process)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_lock_is_found_by_its_file() {
        let list = "1: POSIX  ADVISORY  WRITE 7 fd:01:99 0 EOF\n1: -> FLOCK ADVISORY WRITE 8 fd:01:42 0 EOF\n\
                    2: FLOCK  ADVISORY  WRITE 4711 fd:01:42 0 EOF\n3: FLOCK ADVISORY WRITE -1 00:2f:5 0 EOF\n";
        for (inode, expected) in [(42, Some(4711)), (99, None), (5, Some(-1)), (6, None)] {
            assert_eq!(super::holder(list, inode), expected, "{inode}");
        }
    }
}
