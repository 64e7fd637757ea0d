# The front door. Everything here is one line; `cargo course` does the rest.
# Without `just`, copy the line.

# List the recipes
default:
    @just --list --unsorted

# Play a lesson: just demo, just demo tcp-basics --scene 3, just demo tcp-basics --step
[positional-arguments]
demo *lesson-and-args:
    @case "${1--}" in -*) set -- tcp-basics "$@" ;; esac; cargo course demo "$@"

# Play every scene of every lesson as plain text
demos:
    cargo test --package course --test course demo::

# Run a lesson's server: just server tcp-basics --wire; without a lesson, the first one's
[positional-arguments]
server *lesson-and-args:
    @case "${1--}" in -*) set -- tcp-basics "$@" ;; esac; lesson=$1; shift; cargo run --bin "$lesson-server" -- "$@"

# Run a lesson's client
[positional-arguments]
client *lesson-and-args:
    @case "${1--}" in -*) set -- tcp-basics "$@" ;; esac; lesson=$1; shift; cargo run --bin "$lesson-client" -- "$@"

# Get a starter of your own
start lesson="tcp-basics" *args:
    cargo course start {{lesson}} {{args}}

# Judge your programs, or any: just check tcp-basics --server 'python3 my.py {port}'
[positional-arguments]
check *args:
    cargo course check "$@"

# Help with the check that failed last, a little more each time
hint *args:
    cargo course hint {{args}}

# All tests
test:
    cargo test --workspace

# Formatting, lints and documentation, every warning an error
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

# Build the book into docs/book: needs mdbook (cargo install mdbook)
book:
    mdbook build docs

# Run the Python transcripts of the book's foundations again: needs python3 and Linux
transcripts:
    python3 scripts/transcripts.py

# Talk to foreign programs: nc, socat, Python
interop:
    sh scripts/interop.sh

# Fuzz every parser for so many seconds each: needs a nightly toolchain and cargo-fuzz
fuzz seconds="20":
    sh scripts/fuzz.sh {{seconds}}

# Measure against other programs: just bench, just bench tcp-echo
bench name="all":
    sh scripts/bench.sh {{name}}

# The reference 100 times and all tests 50 times, idle and busy
soak *args:
    sh scripts/soak.sh {{args}}

# What must pass before a change lands
ci: lint test book transcripts demos interop (fuzz "5")
