//! The store `file:`: who finds which token, and where none is read or written.

use crate::common::{error_text, out, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{chown, symlink};
use std::path::Path;

#[test]
fn a_token_survives_in_a_second_client() {
    let folder = Folder::new();
    let first = folder.client();
    assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
    let second = folder.client();
    gives(&second, "1");
    for property in OAUTH_ACCESS_TOKEN..=OAUTH_GRANTED_SCOPE {
        assert_eq!(folder.client().get(property), first.get(property), "{property}");
    }
    drop(first);
    gives(&folder.client(), "1");
    // A refresh is there for all before anybody has its token.
    assert_eq!(second.refresh(), OAUTH_HTTP_NEEDED);
    gives(&folder.client(), "1");
    assert_eq!(answer_token(&second, "2"), 0, "{}", error_text());
    drop(second);
    gives(&folder.client(), "2");
    assert_eq!(folder.client().get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-2");
    // Nothing else of the client is there.
    let record = fs::read_to_string(folder.record()).unwrap();
    assert!(!record.contains("SECRET-of-the-client") && !record.contains("SECRET-code"), "{record}");
}

/// Who has the wrong folder, account or profile sees that in the sentence.
#[test]
fn a_token_that_is_not_there_is_said_with_its_place() {
    let folder = Folder::new();
    let path = folder.store().display().to_string();
    let client = folder.client();
    fails(client.header().0, OAUTH_ERROR_SIGN_IN, "sign in: there is no token yet; the store is");
    assert!(error_text().ends_with(&path), "{}", error_text());
    client.must_set(OAUTH_ACCOUNT, "car\u{202e}ol");
    fails(client.header().0, OAUTH_ERROR_SIGN_IN, "sign in: there is no token yet for account \"carol\"");
    client.must_set(OAUTH_PROFILE, "stamps");
    fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet for account \"carol\" (profile stamps);");
    client.must_set(OAUTH_STORE, "file:./tokens");
    assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
    assert!(error_text().ends_with("/tokens, as seen from this folder"), "{}", error_text());
    client.must_set(OAUTH_STORE, "memory:");
    assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
    assert!(error_text().ends_with("the store is memory: (of this client alone)"), "{}", error_text());
}

#[test]
fn another_user_is_told_whose_the_store_is() {
    if !own_process("store::another_user_is_told_whose_the_store_is") {
        return;
    }
    let folder = Folder::new();
    let client = folder.client();
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    // Nothing is closed to root.
    let is_root = unsafe { libc::geteuid() } == 0;
    let says = if is_root {
        assert_eq!(unsafe { libc::seteuid(65534) }, 0);
        "run as the user who signed in, or change store (it is user 0's, this is user 65534)"
    } else {
        chmod(folder.path(), 0o000);
        "make it for this user, or change store"
    };
    let other = folder.client();
    let n = other.header().0;
    let said = error_text();
    if is_root {
        assert_eq!(unsafe { libc::seteuid(0) }, 0);
    }

    chmod(folder.path(), 0o700);
    assert_eq!(n, OAUTH_ERROR_STORE, "{said}");
    assert!(said.contains("cannot be read (Permission denied") && said.contains(says), "{said}");
}

#[test]
fn nobody_finds_the_token_of_another() {
    // client_id, account, token endpoint: each differs from the others in one point only.
    let whose = [
        ("ab", "c", "https://as.example/token"),
        ("a", "bc", "https://as.example/token"),
        ("abc", "", "https://as.example/token"),
        ("ab", "C", "https://as.example/token"),
        ("ab", "c ", "https://as.example/token"),
        ("ab", "c\u{301}", "https://as.example/token"),
        ("ab", "\u{107}", "https://as.example/token"),
        ("ab", "../c", "https://as.example/token"),
        ("ab", "c/../c", "https://as.example/token"),
        ("ab", "*", "https://as.example/token"),
        ("ab", "c", "https://as.example/token/"),
        ("ab", "c", "https://as.example/tokenab"),
        ("ab", "c", "https://as2.example/token"),
    ];
    let folder = Folder::new();
    let client = |(id, account, endpoint): (&str, &str, &str)| {
        client_with(&[
            (OAUTH_STORE, &folder.setting()),
            (OAUTH_CLIENT_ID, id),
            (OAUTH_ACCOUNT, account),
            (OAUTH_TOKEN_ENDPOINT, endpoint),
        ])
    };
    // No rows: each builds on those before it.
    for (number, one) in whose.into_iter().enumerate() {
        let first = client(one);
        fails(first.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
        assert_eq!(sign_in(&first, &number.to_string()), 0, "{one:?}: {}", error_text());
        assert_eq!(folder.records().len(), number + 1, "{one:?}: a record of its own");
    }
    let mut table = Table::default();
    for (number, one) in whose.into_iter().enumerate() {
        table.row(&format!("{one:?}, after the others"), || gives(&client(one), &number.to_string()));
    }
    table.row("one client that changes", || {
        let changing = client(whose[0]);
        for (number, one) in whose.into_iter().enumerate().chain([(0, whose[0])]) {
            changing.must_set(OAUTH_CLIENT_ID, one.0);
            changing.must_set(OAUTH_ACCOUNT, one.1);
            changing.must_set(OAUTH_TOKEN_ENDPOINT, one.2);
            gives(&changing, &number.to_string());
        }
    });
    table.end();
}

#[test]
fn a_store_that_others_could_read_or_change_is_refused() {
    // What is done to a store that holds the token of a first client.
    type Row = (&'static str, fn(&Folder, &Path));
    let rows: &[Row] = &[
        ("the folder is a symbolic link", |folder, _| {
            fs::rename(folder.store(), folder.path().join("real")).unwrap();
            symlink("real", folder.store()).unwrap();
        }),
        ("others can write to the folder", |folder, _| chmod(&folder.store(), 0o777)),
        ("a group can write to the folder", |folder, _| chmod(&folder.store(), 0o770)),
        ("others can write, but not list", |folder, _| chmod(&folder.store(), 0o702)),
        ("others can read the record", |_, record| chmod(record, 0o604)),
        ("a group can read the record", |_, record| chmod(record, 0o640)),
        ("others can write the record", |_, record| chmod(record, 0o602)),
        ("the record is a symbolic link", |folder, record| {
            let real = folder.path().join("real.json");
            fs::rename(record, &real).unwrap();
            symlink(&real, record).unwrap();
        }),
        ("the record is a dangling link", |folder, record| {
            fs::remove_file(record).unwrap();
            symlink(folder.path().join("nothing"), record).unwrap();
        }),
        ("the record is a folder", |_, record| {
            fs::remove_file(record).unwrap();
            fs::create_dir(record).unwrap();
        }),
        ("the record is a pipe that nobody writes to", |_, record| {
            fs::remove_file(record).unwrap();
            let path = CString::new(record.as_os_str().as_bytes()).unwrap();
            assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
        }),
    ];
    let as_root: &[Row] = &[
        ("the folder belongs to another user", |folder, _| chown(folder.store(), Some(12345), None).unwrap()),
        ("the record belongs to another user", |_, record| chown(record, Some(12345), None).unwrap()),
    ];
    let is_root = unsafe { libc::geteuid() } == 0;
    let mut table = Table::default();
    for (name, spoil) in rows.iter().chain(as_root.iter().filter(|_| is_root)) {
        table.row(name, || {
            let folder = Folder::new();
            let first = folder.client();
            assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
            let record = folder.record();
            spoil(&folder, &record);
            let before = tree(folder.path());
            for end in ["", "/", "/."] {
                let second = client_with(&[(OAUTH_STORE, &(folder.setting() + end))]);
                for answer in [second.header().0, second.access_token().0, second.refresh()] {
                    fails(answer, OAUTH_ERROR_STORE_UNSAFE, "store refused");
                }
            }
            // Who has the token in memory still gives it out, and a new one as well; but nobody is sent to sign in
            // where the folder shows already that nothing can be stored.
            gives(&first, "1");
            fails(sign_in(&first, "2"), OAUTH_ERROR_STORE_UNSAFE, "store refused");
            gives(&first, if name.contains("record") { "2" } else { "1" });
            assert_eq!(tree(folder.path()), before, "nothing was written");
        });
    }
    table.row("the folder is a dangling link", || {
        let folder = Folder::new();
        symlink("elsewhere", folder.store()).unwrap();
        let client = folder.client();
        assert_eq!(sign_in(&client, "1"), OAUTH_ERROR_STORE_UNSAFE, "{}", error_text());
        assert!(!folder.path().join("elsewhere").exists());
    });
    if !is_root {
        table.row("the folder belongs to root", || {
            let client = client_with(&[(OAUTH_STORE, "file:/usr")]);
            assert_eq!(sign_in(&client, "1"), OAUTH_ERROR_STORE_UNSAFE, "{}", error_text());
        });
    }
    table.end();
}

/// Looked at as ssh does it: whoever can change one of them can put another store in the place of ours.
#[test]
fn a_store_below_a_folder_that_others_can_change_is_refused() {
    // What is done to `up`, with the store in `up/above/`; which folder the error names, none where all is well.
    type Row = (&'static str, fn(&Path), Option<&'static str>);
    let rows: &[Row] = &[
        ("all as it should be", |_| {}, None),
        ("others can read all", |up| chmod(up, 0o755), None),
        ("others can write above", |up| chmod(&up.join("above"), 0o757), Some("up/above")),
        ("a group can write above", |up| chmod(&up.join("above"), 0o775), Some("up/above")),
        ("others can write further above", |up| chmod(up, 0o777), Some("up")),
        ("as in /tmp", |up| chmod(up, 0o1777), None),
        ("just above, as /tmp", |up| chmod(&up.join("above"), 0o1777), None),
        (
            "by a symbolic link",
            |up| {
                fs::rename(up.join("above"), up.join("real")).unwrap();
                symlink("real", up.join("above")).unwrap();
            },
            None,
        ),
        (
            "a symbolic link leads below a folder that others can write to",
            |up| {
                fs::create_dir(up.join("open")).unwrap();
                fs::rename(up.join("above"), up.join("open/real")).unwrap();
                symlink("open/real", up.join("above")).unwrap();
                chmod(&up.join("open"), 0o777);
            },
            Some("up/open"),
        ),
    ];
    let as_root: &[Row] = &[
        ("another's above", |up| chown(up.join("above"), Some(12345), None).unwrap(), Some("up/above")),
        (
            "another's, as /tmp",
            |up| {
                chmod(up, 0o1777);
                chown(up, Some(12345), None).unwrap();
            },
            Some("up"),
        ),
    ];
    let is_root = unsafe { libc::geteuid() } == 0;
    let mut table = Table::default();
    for (name, change, refused) in rows.iter().chain(as_root.iter().filter(|_| is_root)) {
        for is_new in [true, false] {
            table.row(&format!("{name}, new: {is_new}"), || {
                let folder = Folder::new();
                let up = folder.path().join("up");
                fs::create_dir_all(up.join("above")).unwrap();
                chmod(&up, 0o700);
                chmod(&up.join("above"), 0o700);
                let setting = format!("file:{}/above/store", up.display());
                let open = || client_with(&[(OAUTH_STORE, &setting)]);
                if !is_new {
                    assert_eq!(sign_in(&open(), "1"), 0, "{}", error_text());
                }
                change(&up);
                let client = open();
                let Some(refused) = refused else {
                    if is_new {
                        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
                    }
                    return gives(&open(), "1");
                };
                let path = folder.path().canonicalize().unwrap().join(refused);
                let calls: [fn(&Client) -> i32; 3] = [|c| c.header().0, Client::refresh, |c| sign_in(c, "2")];
                for call in calls {
                    fails(call(&client), OAUTH_ERROR_STORE_UNSAFE, "store refused");
                    let text = error_text();
                    assert!(text.ends_with(&format!(": {}", path.display())), "{text}");
                    let advice =
                        if name.contains("another's") { "use one of your own" } else { "chmod go-w" };
                    assert!(text.contains(advice), "{text}");
                }
                assert!(!is_new || !up.join("above/store").exists(), "it was made");
            });
        }
    }
    table.row("rights that go while a request is out", || {
        let folder = Folder::new();
        let client = folder.client();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        chmod(folder.path(), 0o777);
        fails(answer_token(&client, "2"), OAUTH_ERROR_STORE_UNSAFE, "store refused");
        chmod(folder.path(), 0o700);
        gives(&client, "2");
        gives(&folder.client(), "2");
    });
    table.end();
}

/// Nobody signs in for a place where no token could be kept, and nobody takes it for a store without tokens.
#[test]
fn a_store_in_a_wrong_place_is_mended_and_not_signed_in_to() {
    let folder = Folder::new();
    let path = |name: &str| format!("{}/{name}", folder.path().display());
    fs::write(path("file"), "").unwrap();
    symlink(path("loop"), path("loop")).unwrap();
    fs::create_dir(path("closed")).unwrap();
    chmod(Path::new(&path("closed")), 0o500);
    let long = path(&"x".repeat(300));
    let deep = path(&"x/".repeat(3000));
    let mut stores = vec![
        "/nonexistent/store".to_owned(),
        path("nothing/store"),
        path("file"),
        path("file/store"),
        path("loop/store"),
        long,
        deep,
        "/proc/self/fd/store/deeper".to_owned(),
    ];
    // Root may write anywhere, but not to a file system that is mounted to be read.
    if unsafe { libc::geteuid() } != 0 {
        stores.extend([path("closed"), path("closed/store"), "/usr/store".to_owned()]);
    }
    let mut table = Table::default();
    for store in &stores {
        table.row(store, || {
            let client = client_with(&[
                (OAUTH_STORE, &format!("file:{store}")),
                (OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke"),
            ]);
            let calls: [fn(&Client) -> i32; 8] = [
                |c| c.header().0,
                |c| c.access_token().0,
                Client::refresh,
                |c| sign_in(c, "1"),
                |c| out(|b, n| unsafe { ffi::oauth_accounts(c.0, 1, b, n) }).0,
                |c| ffi::oauth_forget(c.0),
                |c| ffi::oauth_revoke(c.0),
                |c| ffi::oauth_store_reseal(c.0),
            ];
            for call in calls {
                fails_and_asks_for(call(&client), OAUTH_ERROR_STORE, "store: ", OAUTH_ACTION_FIX);
            }
        });
    }
    table.end();
    chmod(Path::new(&path("closed")), 0o700);
}

/// What happens to a store, and how it comes back.
type Trouble = (&'static str, fn(&Folder), fn(&Folder));

const TROUBLES: &[Trouble] = &[
    (
        "the folder becomes a file",
        |folder| {
            fs::rename(folder.store(), folder.path().join("away")).unwrap();
            fs::write(folder.store(), "in the way").unwrap();
        },
        |folder| {
            assert_eq!(fs::read_to_string(folder.store()).unwrap(), "in the way");
            fs::remove_file(folder.store()).unwrap();
            fs::rename(folder.path().join("away"), folder.store()).unwrap();
        },
    ),
    (
        "the folder above it is gone",
        |folder| fs::rename(folder.path(), folder.path().with_extension("away")).unwrap(),
        |folder| fs::rename(folder.path().with_extension("away"), folder.path()).unwrap(),
    ),
];

#[test]
fn a_store_that_cannot_be_used_loses_no_token() {
    let mut table = Table::default();
    // From the beginning: nothing is sent, so that no code is burnt.
    let long = format!("/tmp/{}", "x".repeat(300));
    let nowhere =
        ["/dev/null", "/dev/null/store", "/etc/passwd/store", "/proc/liboauth", "/nonexistent/store", &long];
    for store in nowhere {
        table.row(store, || {
            let client = client_with(&[(OAUTH_STORE, &format!("file:{store}"))]);
            assert!(client.header().0 < 0);
            fails(sign_in(&client, "1"), OAUTH_ERROR_STORE, "store: ");
            client.must_set(OAUTH_STORE, "");
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            gives(&client, "1");
        });
    }
    // After the URL was made.
    for store in ["/proc/liboauth", "/nonexistent/store"] {
        table.row(&format!("{store}, later"), || {
            let client = client();
            client.authorize_url();
            client.must_set(OAUTH_STORE, &format!("file:{store}"));
            for _ in 0..2 {
                fails(client.exchange("SECRET-code"), OAUTH_ERROR_STORE, "store: ");
            }
            // Nothing was sent: with another store the code is as good as before.
            let folder = Folder::new();
            client.must_set(OAUTH_STORE, &folder.setting());
            assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "{}", error_text());
            assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
            gives(&client, "1");
            gives(&folder.client(), "1");
        });
    }
    table.end();
}

#[test]
fn a_store_that_fails_later_is_written_once_it_is_back() {
    let mut table = Table::default();
    for (name, spoil, mend) in TROUBLES {
        table.row(name, || {
            let folder = Folder::new();
            let client = folder.client();
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
            spoil(&folder);
            fails(answer_token(&client, "2"), OAUTH_ERROR_STORE, "store: ");
            for _ in 0..3 {
                gives(&client, "2");
            }
            assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-2");
            mend(&folder);
            // The next call writes what only memory had.
            gives(&client, "2");
            gives(&folder.client(), "2");
            folder.record();
        });
    }
    table.row("a folder that is gone is made again by a sign-in, and by nothing else", || {
        let folder = Folder::new();
        let client = folder.client();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        fs::remove_dir_all(folder.store()).unwrap();
        gives(&client, "1");
        fails(answer_token(&client, "2"), OAUTH_ERROR_STORE, "store: the folder is gone");
        gives(&client, "2");
        // Nothing is sent that nobody could store.
        fails(client.refresh(), OAUTH_ERROR_STORE, "store: the folder is gone");
        gives(&client, "2");
        assert_eq!(sign_in(&client, "3"), 0, "{}", error_text());
        gives(&client, "3");
        gives(&folder.client(), "3");
    });
    table.row("nothing is sent while the disk cannot be written", || {
        let folder = Folder::new();
        let client = folder.client();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        // Where the successor is to be written, something lies in the way.
        let in_the_way = folder.record().with_extension("tmp");
        fs::create_dir(&in_the_way).unwrap();
        fails(client.refresh(), OAUTH_ERROR_STORE, "store: ");
        assert_eq!(client.rejected(), 0);
        fails(client.header().0, OAUTH_ERROR_STORE, "store: ");
        fs::remove_dir(&in_the_way).unwrap();
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(answer_token(&client, "2"), 0, "{}", error_text());
        gives(&folder.client(), "2");
    });
    table.row("a token of memory moves into the store that is set", || {
        let folder = Folder::new();
        let client = holder("1");
        client.must_set(OAUTH_STORE, &folder.setting());
        gives(&client, "1");
        gives(&folder.client(), "1");
    });
    table.end();
}

#[test]
fn files_are_for_their_owner_alone_whatever_the_umask() {
    if !own_process("store::files_are_for_their_owner_alone_whatever_the_umask") {
        return;
    }
    for umask in [0, 0o777, 0o077, 0o027, 0o277] {
        let folder = Folder::new();
        unsafe { libc::umask(umask) };
        let client = folder.client();
        for name in ["1", "2"] {
            assert_eq!(sign_in(&client, name), 0, "umask {umask:o}: {}", error_text());
            assert_eq!(mode(&folder.store()), 0o700, "umask {umask:o}");
            assert_eq!(mode(&folder.record()), 0o600, "umask {umask:o}");
            gives(&folder.client(), name);
        }
        assert_eq!(unsafe { libc::umask(0o022) }, umask, "the umask is the host's");
    }
}

#[test]
fn a_relative_store_stays_where_it_was_when_the_program_changes_its_folder() {
    if !own_process("store::a_relative_store_stays_where_it_was_when_the_program_changes_its_folder") {
        return;
    }
    let (here, there) = (Folder::new(), Folder::new());
    let name = |folder: &Folder| folder.path().file_name().unwrap().to_str().unwrap().to_owned();
    let roundabout = format!("../{}/../{}/store", name(&there), name(&here));
    for written in ["store", "./store", &roundabout] {
        let _ = fs::remove_dir_all(here.store());
        std::env::set_current_dir(here.path()).unwrap();
        let client = client_with(&[(OAUTH_STORE, &format!("file:{written}"))]);
        std::env::set_current_dir(there.path()).unwrap();
        assert_eq!(sign_in(&client, "1"), 0, "{written}: {}", error_text());
        assert_eq!(client.get(OAUTH_STORE), format!("file:{written}"));
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 0, "{written}");
        gives(&here.client(), "1");
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        std::env::set_current_dir("/").unwrap();
        assert_eq!(answer_token(&client, "2"), 0, "{written}: {}", error_text());
        gives(&here.client(), "2");
    }
    // A program's folder may even be gone.
    std::env::set_current_dir(there.path()).unwrap();
    fs::remove_dir(there.path()).unwrap();
    let client = client_with(&[(OAUTH_ACCOUNT, "in no folder")]);
    fails(client.set(OAUTH_STORE, "file:store"), OAUTH_ERROR_VALUE, "store: not a path");
    client.must_set(OAUTH_STORE, &here.setting());
    assert_eq!(sign_in(&client, "3"), 0, "{}", error_text());
}

/// Every name below the folder, with its mode, where a link points, and what is in a file.
fn tree(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        let content = if kind.is_symlink() {
            format!("-> {}", fs::read_link(&path).unwrap().display())
        } else if kind.is_file() {
            String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()
        } else {
            String::new()
        };
        if path.extension().is_some_and(|kind| kind == "pending" || kind == "lock") {
            continue; // what is no token
        }
        all.push(format!("{} {:o} {kind:?} {content}", path.display(), mode(&path)));
        if kind.is_dir() {
            all.extend(tree(&path));
        }
    }
    all
}
