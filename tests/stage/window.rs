//! A window of the app, driven by WebDriver as a person's hands and eyes would.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{PATIENCE, app::App, deadline, program};

/// A window that was opened for the driver; dropped, it is closed.
pub struct Window {
    driver: Child,
    client: Client,
    runtime: Runtime,
}

impl Window {
    /// Starts the window `which` of `app` under the driver.
    pub fn open(app: &App, which: &str) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::File::create(app.folder().join("driver.log"))?;
        let mut driver = Command::new("WebKitWebDriver");
        driver
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(app.environment());
        let driver = driver
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("start WebKitWebDriver")?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let options = json!({ "binary": program("campanile"), "args": ["--window", which] });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), options)]
            .into_iter()
            .collect();
        let address = format!("http://127.0.0.1:{port}");
        let client = runtime.block_on(async {
            listening(port).await?;
            anyhow::Ok(
                ClientBuilder::new(HttpConnector::new())
                    .capabilities(capabilities)
                    .connect(&address)
                    .await?,
            )
        })?;
        Ok(Self {
            driver,
            client,
            runtime,
        })
    }

    /// Waits for the element that `css` names.
    pub fn find(&self, css: &str) -> Result<Element> {
        self.locate(Locator::Css(css))
    }

    /// Clicks the element that `css` names.
    pub fn click(&self, css: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.find(css)?.click())?)
    }

    /// Presses the button that bears these words.
    pub fn press(&self, words: &str) -> Result<()> {
        let button = self.locate(Locator::XPath(&format!("//button[contains(., '{words}')]")))?;
        Ok(self.runtime.block_on(button.click())?)
    }

    /// Chooses a value of the list that `css` names.
    pub fn choose(&self, css: &str, value: &str) -> Result<()> {
        Ok(self
            .runtime
            .block_on(self.find(css)?.select_by_value(value))?)
    }

    fn locate(&self, what: Locator<'_>) -> Result<Element> {
        let wait = self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(Duration::from_millis(50));
        self.runtime
            .block_on(wait.for_element(what))
            .with_context(|| format!("no {what:?} in: {}", self.text("body").unwrap_or_default()))
    }

    pub fn keys(&self, css: &str, keys: &str) -> Result<()> {
        let element = self.find(css)?;
        Ok(self.runtime.block_on(element.send_keys(keys))?)
    }

    /// Returns the text of the first element that `css` names, lines that are cut short in full.
    pub fn text(&self, css: &str) -> Result<String> {
        let css = serde_json::to_string(css)?;
        let text = self.answer(&format!("done(document.querySelector({css}).textContent)"))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the text of `css` fits.
    pub fn wait_for_text(&self, css: &str, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let limit = deadline();
        loop {
            let text = self.text(css).unwrap_or_default();
            if wanted(&text) {
                return Ok(text);
            }
            if Instant::now() > limit {
                bail!("the text of {css} stayed at {text:?}");
            }
            // The driver has no event for a change of text: the page itself tells the next frame.
            self.answer("requestAnimationFrame(() => done(null))")?;
        }
    }

    /// Runs a script in the page that ends by calling `done`, and returns what it was called with.
    pub fn answer(&self, script: &str) -> Result<Value> {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        Ok(self
            .runtime
            .block_on(self.client.execute_async(&script, Vec::new()))?)
    }

    /// Returns what axe-core finds wrong with the page, contrast included.
    pub fn accessibility(&self) -> Result<Vec<String>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the tests stand in the project")?;
        let axe = fs::read_to_string(root.join("ui/node_modules/axe-core/axe.min.js"))?;
        let told = "r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`)";
        let found = self.answer(&format!(
            "{axe}; window.axe.run().then({told}).then(done, e => done([String(e)]))"
        ))?;
        Ok(serde_json::from_value(found)?)
    }
}

/// Waits until the driver takes connections; it has no other way to say so.
async fn listening(port: u16) -> Result<()> {
    let limit = deadline();
    while tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .is_err()
    {
        if Instant::now() > limit {
            bail!("WebKitWebDriver does not listen");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.clone().close());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
