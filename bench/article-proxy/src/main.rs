//! The proxy of the article this project started from, for a side by side comparison: a weighted
//! random pick, a shared map of counts, and one `select!` over two copies for each session.
//!
//! Its structure is kept, its faults in the relay too: the first direction that ends cuts the other
//! one. Only TCP_NODELAY is added, which every other proxy of the comparison sets.
//!
//! usage: article-proxy LISTEN BACKEND...

use std::sync::Arc;

use dashmap::DashMap;
use rand::Rng;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

struct Backend {
    address: String,
    weight: u32,
}

struct Balancer {
    backends: Vec<Backend>,
    active: DashMap<String, u32>,
}

impl Balancer {
    fn new(addresses: &[String]) -> Self {
        let backends = addresses
            .iter()
            .map(|address| Backend { address: address.clone(), weight: 1 })
            .collect();
        let active = addresses.iter().map(|address| (address.clone(), 0)).collect();
        Balancer { backends, active }
    }

    fn pick(&self) -> Option<&Backend> {
        let total: u32 = self.backends.iter().map(|backend| backend.weight).sum();
        if total == 0 {
            return None;
        }
        let mut drawn = rand::thread_rng().gen_range(0..total);
        for backend in &self.backends {
            if drawn < backend.weight {
                return Some(backend);
            }
            drawn -= backend.weight;
        }
        None
    }

    fn count(&self, backend: &Backend, change: i32) {
        if let Some(mut active) = self.active.get_mut(&backend.address) {
            *active = active.saturating_add_signed(change);
        }
    }
}

async fn relay(mut client: TcpStream, balancer: Arc<Balancer>) -> anyhow::Result<()> {
    let Some(backend) = balancer.pick() else {
        client.write_all(b"No available backend").await?;
        return Ok(());
    };
    balancer.count(backend, 1);
    let mut server = TcpStream::connect(&backend.address).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        tokio::select! {
            _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
            _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
        }
    }
    balancer.count(backend, -1);
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (listen, backends) = arguments
        .split_first()
        .ok_or_else(|| anyhow::anyhow!("usage: article-proxy LISTEN BACKEND..."))?;
    let balancer = Arc::new(Balancer::new(backends));
    let listener = TcpListener::bind(listen).await?;
    loop {
        let (client, _) = listener.accept().await?;
        let balancer = balancer.clone();
        tokio::spawn(async move {
            // As in the article, a failed session is nobody's concern but its client's.
            let _ = relay(client, balancer).await;
        });
    }
}
