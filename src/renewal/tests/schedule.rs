//! Two threads of which one runs at a time, and which changes only where the test says so.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::system::lock;

thread_local! {
    static ME: RefCell<Option<(Arc<Schedule>, usize)>> = const { RefCell::new(None) };
}

struct Schedule {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    running: usize,
    has_ended: [bool; 2],
    /// How many points have been passed.
    steps: usize,
    /// At which of them the other thread goes on.
    switches: Vec<usize>,
}

/// Where another thread may come between: before each look at what threads share. Nothing outside of these tests.
pub fn point() {
    pass(false);
}

/// Where this thread can do nothing until the other has done something.
pub fn wait() {
    pass(true);
}

fn pass(must_wait: bool) {
    let Some((schedule, me)) = ME.with(|me| me.borrow().clone()) else { return };
    let mut state = lock(&schedule.state);
    let is_due = state.switches.contains(&state.steps);
    state.steps += 1;
    if (is_due || must_wait) && !state.has_ended[1 - me] {
        state.running = 1 - me;
        schedule.changed.notify_all();
    }
    schedule.until_it_is(me, state);
}

impl Schedule {
    fn until_it_is(&self, me: usize, mut state: std::sync::MutexGuard<'_, State>) {
        while state.running != me {
            state = self.changed.wait(state).unwrap();
        }
    }
}

/// Runs both, `first` first, with switches at these points. Returns how many points there were.
pub fn run(first: usize, switches: &[usize], threads: [&(dyn Fn() + Sync); 2]) -> usize {
    let state = State { running: first, has_ended: [false; 2], steps: 0, switches: switches.to_vec() };
    let schedule = Arc::new(Schedule { state: Mutex::new(state), changed: Condvar::new() });
    thread::scope(|scope| {
        for (me, work) in threads.into_iter().enumerate() {
            let schedule = schedule.clone();
            scope.spawn(move || {
                ME.with(|place| *place.borrow_mut() = Some((schedule.clone(), me)));
                schedule.until_it_is(me, lock(&schedule.state));
                // However it ends, the other goes on.
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
                let mut state = lock(&schedule.state);
                state.has_ended[me] = true;
                state.running = 1 - me;
                schedule.changed.notify_all();
                drop(state);
                result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            });
        }
    });
    let steps = lock(&schedule.state).steps;
    steps
}
