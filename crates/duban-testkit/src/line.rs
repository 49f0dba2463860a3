//! A line to a server that can be cut and mended: a forwarder of connections on this machine.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// A line; what goes over it is not looked at.
pub struct Line {
    cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    here: String,
    there: String,
}

impl Line {
    /// A line to `there`, such as `127.0.0.1:5432`.
    ///
    /// # Panics
    /// When no port is free on this machine.
    #[must_use]
    pub fn to(there: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let here = listener.local_addr().expect("the listener has an address").to_string();
        let line = Self { cut: Arc::default(), open: Arc::default(), here, there: there.to_owned() };
        let (cut, open, there) = (line.cut.clone(), line.open.clone(), there.to_owned());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(other) = TcpStream::connect(&there) else { continue };
                for (from, into) in [(&stream, &other), (&other, &stream)] {
                    let (Ok(mut from), Ok(mut into)) = (from.try_clone(), into.try_clone()) else { continue };
                    thread::spawn(move || {
                        drop(io::copy(&mut from, &mut into));
                        drop(into.shutdown(Shutdown::Both));
                    });
                }
                open.lock().expect("no holder of this lock panics").extend([stream, other]);
            }
        });
        line
    }

    /// An address with the far end of the line, as it is over the line.
    #[must_use]
    pub fn over(&self, url: &str) -> String {
        url.replacen(&self.there, &self.here, 1)
    }

    /// Every connection breaks, and none can be made.
    ///
    /// # Panics
    /// Never: no holder of the lock does.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        for stream in self.open.lock().expect("no holder of this lock panics").drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// Connections can be made again.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}
