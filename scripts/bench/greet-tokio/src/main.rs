//! The peer of tcp-threaded-server on tokio: a task for each client.
//! greet-tokio PORT

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or_else(|| std::io::Error::other("usage: greet-tokio PORT"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            // A client that is gone is no error of the server's.
            tokio::spawn(async { greet(stream).await.ok() });
        }
    })
}

async fn greet(mut stream: TcpStream) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::with_capacity(4096, read);
    write.write_all(b"Welcome!\n").await?;
    let (mut line, mut answer) = (Vec::new(), Vec::new());
    while read.read_until(b'\n', &mut line).await? > 0 {
        let name = line.strip_suffix(b"\n").unwrap_or(&line);
        let name = name.strip_suffix(b"\r").unwrap_or(name);
        if matches!(name, b"exit" | b"end" | b"q") {
            break;
        }
        if std::str::from_utf8(name).is_err() {
            write.write_all(b"ERR not text\n").await?;
            break;
        }
        answer.clear();
        answer.extend_from_slice(b"Hello, ");
        answer.extend_from_slice(name);
        answer.extend_from_slice(b"!\n");
        write.write_all(&answer).await?;
        line.clear();
    }
    Ok(())
}
