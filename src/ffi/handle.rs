//! Handles: numbers that stand for open clients. A number is never given out twice, so that a stale one is an
//! error and never somebody else's token. Reading takes no lock.

use arc_swap::ArcSwapOption;
use once_cell::race::OnceBox;
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

use crate::alarm::Alarm;
use crate::client::{Client, Place};
use crate::error::{Error, Result};
use crate::system;
use crate::token::{BearerToken, PublishedToken};

// A handle is a slot's number and how often the slot has been used, counted from a beginning: 131,072 clients at once, each
// slot at least 12,288 times, which makes over 1.6 * 10^9 handles before a process runs out.
const SLOT_BITS: u32 = 17;
const SLOTS: u32 = 1 << SLOT_BITS;
const LAST_USE: u32 = (1 << (31 - SLOT_BITS)) - 1;
/// So many beginnings there are.
const BEGINNINGS: u16 = 1 << 12;
const CHUNK: u32 = 256;
const CHUNK_COUNT: usize = (SLOTS / CHUNK) as usize;
type Chunk = [Slot; CHUNK as usize];

struct Slot {
    /// Twice the number of uses so far, plus 1 while in use. AcqRel where it changes, Acquire where it is read: the next
    /// owner sees the slot as the last one has left it, which is cleared.
    uses: AtomicU32,
    current: PublishedToken,
    /// What ends a call of the client's that waits for a person.
    alarm: Alarm,
    client: ArcSwapOption<Client>,
}

impl Slot {
    const fn new() -> Self {
        Self {
            uses: AtomicU32::new(0),
            current: PublishedToken::new(),
            alarm: Alarm::new(),
            client: ArcSwapOption::const_empty(),
        }
    }
}

/// Nearly every program does with these, which go when the library is unloaded.
static FIRST: [Slot; CHUNK as usize] = [const { Slot::new() }; CHUNK as usize];
/// The others are made as they are needed, and stay: a reader may hold on to one. Nobody waits for who makes one: the child
/// of a fork does not have that thread.
static CHUNKS: [OnceBox<Chunk>; CHUNK_COUNT] = [const { OnceBox::new() }; CHUNK_COUNT];
/// Where to look for a free slot first. Relaxed: a hint, and nothing hangs on it.
static FIRST_FREE: AtomicU32 = AtomicU32::new(0);
/// The use that each slot's count begins with, where that is drawn: 0 until the first client. Relaxed: then it stays.
static BEGINNING: AtomicU32 = AtomicU32::new(0);

/// Makes a client with a new handle.
pub fn open(make: impl FnOnce(Place) -> Result<Client>) -> Result<i32> {
    let (index, slot, uses) = claim()?;
    let handle = (uses << SLOT_BITS | index).cast_signed();
    match make(Place { handle, published: &slot.current, alarm: &slot.alarm }) {
        Ok(client) => {
            slot.client.store(Some(Arc::new(client)));
            Ok(handle)
        }
        Err(error) => {
            release(index, slot);
            Err(error)
        }
    }
}

/// Calls `call` with the open client of that handle.
pub fn with<R>(handle: i32, call: impl FnOnce(&Client) -> Result<R>) -> Result<R> {
    let client = slot(handle).map(|slot| slot.client.load());
    match client.as_deref().and_then(Option::as_ref) {
        Some(client) if client.handle() == handle => call(client),
        _ => Err(Error::Handle(handle)),
    }
}

/// Calls `read` with the token that stands ready, if that client has a usable one.
#[inline(always)]
pub fn read_current<R>(handle: i32, read: impl FnOnce(&BearerToken) -> R) -> Option<R> {
    slot(handle)?.current.read(handle, system::now(), |ready| {
        hand_out(handle, ready.serial);
        read(ready)
    })
}

/// Raises the alarm of the open client of that handle. As it may be a handler of a signal that does so, nothing is touched but
/// atomic numbers.
pub fn raise_alarm(handle: i32) -> bool {
    let slot = slot(handle).filter(|slot| {
        let uses = slot.uses.load(Ordering::Acquire);
        // A client that is being made, or has just been closed, has nobody who waits. In use, the beginning is drawn.
        uses % 2 == 1 && beginning() + uses / 2 == handle.cast_unsigned() >> SLOT_BITS
    });
    slot.map(|slot| slot.alarm.raise()).is_some()
}

pub fn close(handle: i32) -> Result<i32> {
    if handle == 0 {
        return Ok(0);
    }
    let slot = slot(handle).ok_or(Error::Handle(handle))?;
    let client = slot.client.load_full().filter(|client| client.handle() == handle);
    let client = client.ok_or(Error::Handle(handle))?;
    let before = slot.client.compare_and_swap(&client, None);
    if !before.as_ref().is_some_and(|b| Arc::ptr_eq(b, &client)) {
        return Err(Error::Handle(handle)); // another thread was faster
    }
    drop(before);
    let saved = client.close();
    if client.is_inherited() {
        system::remember_inherited(&client);
    }
    release(handle.cast_unsigned() % SLOTS, slot);
    saved.map(|()| 0)
}

const KNOWN: usize = 64;

thread_local! {
    /// Which token of which client this thread got last; so many clients a thread are told apart.
    static HANDED_OUT: [Cell<(i32, u32)>; KNOWN] = const { [const { Cell::new((0, 0)) }; KNOWN] };
}

/// Remembers which of the client's tokens this thread has, for `oauth_token_rejected`.
#[inline(always)]
pub fn hand_out(handle: i32, serial: u32) {
    HANDED_OUT.with(|known| known[handle.cast_unsigned() as usize % KNOWN].set((handle, serial)));
}

/// Which of the client's tokens this thread has, where that is known.
pub fn handed_out(handle: i32) -> Option<u32> {
    let (known, serial) = HANDED_OUT.with(|known| known[handle.cast_unsigned() as usize % KNOWN].get());
    (known == handle).then_some(serial)
}

#[inline(always)]
fn slot(handle: i32) -> Option<&'static Slot> {
    if handle <= 0 {
        return None;
    }
    let index = handle.cast_unsigned() % SLOTS;
    FIRST.get(index as usize).or_else(|| {
        let chunk = CHUNKS[(index / CHUNK) as usize].get()?;
        chunk.get((index % CHUNK) as usize)
    })
}

/// A slot's number, the slot, and which use it is.
fn claim() -> Result<(u32, &'static Slot, u32)> {
    let beginning = beginning();
    let hint = FIRST_FREE.load(Ordering::Relaxed);
    for index in (hint..SLOTS).chain(0..hint) {
        let slot = match FIRST.get(index as usize) {
            Some(slot) => slot,
            None => &CHUNKS[(index / CHUNK) as usize]
                .get_or_init(|| Box::new([const { Slot::new() }; CHUNK as usize]))[(index % CHUNK) as usize],
        };
        let uses = slot.uses.load(Ordering::Acquire);
        let is_free = uses.is_multiple_of(2) && beginning + uses / 2 <= LAST_USE;
        if is_free && slot.uses.compare_exchange(uses, uses + 1, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        {
            FIRST_FREE.store(index + 1, Ordering::Relaxed);
            return Ok((index, slot, beginning + uses / 2));
        }
    }
    Err(Error::Limit)
}

/// The same in each process; but not in PASE, which a job on IBM i may start anew: a program that has kept a number from the
/// one before is to find nobody's client, and not the one that was opened first.
fn beginning() -> u32 {
    if cfg!(not(any(target_os = "aix", feature = "as-on-aix"))) {
        return 1;
    }
    let known = BEGINNING.load(Ordering::Relaxed);
    if known > 0 {
        return known;
    }
    let mut octets = [0; 2];
    let _ = system::random(&mut octets); // without randomness the first number is 2^17, and all else works
    let drawn = 1 + u32::from(u16::from_ne_bytes(octets) % BEGINNINGS);
    let done = BEGINNING.compare_exchange(0, drawn, Ordering::Relaxed, Ordering::Relaxed);
    done.map_or_else(|faster| faster, |_| drawn)
}

fn release(index: u32, slot: &Slot) {
    slot.current.clear();
    slot.alarm.clear();
    slot.uses.fetch_add(1, Ordering::AcqRel);
    FIRST_FREE.fetch_min(index, Ordering::Relaxed);
}
