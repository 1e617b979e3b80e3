//! Functions' real handlers, each in a process of its own that speaks AWS's Lambda Runtime API with us.
//!
//! A process lives as long as its test: what a handler keeps between calls is there, as in a warm function.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use compiler::output::{BuiltTests, TestFunction, TestValue};
use compiler::typed::Program;
use compiler::typed::resource::Resource;
use compiler::types::{Type, Types};
use emulators::{App, Handlers, Session};
use interpreter::ServiceError;
use jsonata::Value;

use crate::disk::Disk;

/// How long a runtime may take to begin (AWS: 10 s).
const INIT: Duration = Duration::from_secs(10);
/// A slow computer is no reason to fail: a handler's own timeout is stretched to at least this.
const LEAST: Duration = Duration::from_secs(3);
/// Most bytes of an answer (AWS: 6 MB).
const LARGEST: u64 = 6 << 20;

/// How a function is run.
#[derive(Clone)]
struct Recipe {
    folder: PathBuf,
    program: &'static str,
    script: PathBuf,
    handler: String,
    timeout: Duration,
    env: Vec<(String, String)>,
    arn: String,
}

/// The functions of an app that can be run here.
pub(crate) struct Processes {
    recipes: Arc<BTreeMap<String, Recipe>>,
    /// Why the others can't.
    absent: Arc<BTreeMap<String, String>>,
    signatures: Arc<Signatures>,
    /// Holds the scripts that start handlers.
    _scripts: tempfile::TempDir,
}

/// What functions are declared to answer.
struct Signatures {
    types: Types,
    results: BTreeMap<String, Type>,
}

impl Signatures {
    fn of(program: &Program) -> Signatures {
        let result = |it: &Resource| Some((it.name.to_string(), it.signature.as_ref()?.result.clone()));
        // A function without a result may answer anything: nobody reads it.
        let results = program.resources.iter().filter_map(result).filter(|(_, it)| *it != Type::Null);
        Signatures { types: program.types.clone(), results: results.collect() }
    }
}

impl Processes {
    pub(crate) fn new(
        disk: &Disk,
        built: &BuiltTests,
        app: &App,
        program: &Program,
    ) -> Result<Processes, String> {
        let scripts = tempfile::tempdir().map_err(|error| format!("a temporary folder: {error}"))?;
        for (name, text) in [
            ("boot.py", include_str!("../runtimes/boot.py")),
            ("boot.cjs", include_str!("../runtimes/boot.cjs")),
        ] {
            std::fs::write(scripts.path().join(name), text).map_err(|error| format!("{name}: {error}"))?;
        }
        let (mut recipes, mut absent) = (BTreeMap::new(), BTreeMap::new());
        for resource in built.resources.iter().filter(|it| it.kind == "function") {
            let name = &resource.name;
            let Some(function) = &resource.function else {
                absent.insert(name.clone(), format!("the code of `{name}` is not in this app"));
                continue;
            };
            let (program, script) = match function.runtime.get(..4) {
                Some("pyth") => ("python3", "boot.py"),
                Some("node") => ("node", "boot.cjs"),
                _ => {
                    let why =
                        format!("`{name}` wants {}; handlers in Python and Node run here", function.runtime);
                    absent.insert(name.clone(), why);
                    continue;
                }
            };
            let folder = folder(disk, function);
            if !folder.is_dir() {
                absent.insert(name.clone(), format!("the folder {} of `{name}` is not there", function.code));
                continue;
            }
            if !installed(program) {
                absent.insert(name.clone(), format!("`{name}` wants {program}, which is not installed"));
                continue;
            }
            let value = |it: &TestValue| match it {
                TestValue::Text(text) => text.clone(),
                TestValue::Deployed(what) => app.deployed(what),
            };
            let recipe = Recipe {
                folder,
                program,
                script: scripts.path().join(script),
                handler: function.handler.clone(),
                timeout: Duration::from_millis(function.timeout).max(LEAST),
                env: function.env.iter().map(|(name, it)| (name.clone(), value(it))).collect(),
                arn: app.deployed(&format!("{}.arn", resource.name)),
            };
            recipes.insert(resource.name.clone(), recipe);
        }
        let signatures = Arc::new(Signatures::of(program));
        Ok(Processes { recipes: Arc::new(recipes), absent: Arc::new(absent), signatures, _scripts: scripts })
    }
}

/// Paths in a program are relative to the file that they stand in.
fn folder(disk: &Disk, function: &TestFunction) -> PathBuf {
    let file = disk.locate(&function.file);
    let beside = file.parent().map_or_else(|| disk.root.clone(), PathBuf::from);
    beside.join(&function.code)
}

impl Handlers for Processes {
    fn session(&self) -> Box<dyn Session> {
        let (recipes, absent) = (self.recipes.clone(), self.absent.clone());
        Box::new(Running { recipes, absent, signatures: self.signatures.clone(), processes: HashMap::new() })
    }
}

struct Running {
    recipes: Arc<BTreeMap<String, Recipe>>,
    absent: Arc<BTreeMap<String, String>>,
    signatures: Arc<Signatures>,
    processes: HashMap<String, Process>,
}

impl Session for Running {
    fn invoke(&mut self, function: &str, payload: &Value) -> Option<Result<Value, ServiceError>> {
        let recipe = self.recipes.get(function)?;
        let mut process = match self.processes.remove(function) {
            Some(process) => process,
            // Where the runtime is not installed there is nothing to run.
            None => Process::start(function, recipe).ok()?,
        };
        let answer = process.invoke(recipe, payload);
        let (result, goes_on) = match answer {
            Ok(result) => (result, true),
            Err(Gone::Silent(after)) => (Err(timed_out(after)), false),
            Err(Gone::Ended) => (Err(exited(process.child.try_wait().ok().flatten())), false),
            Err(Gone::Init(error)) => (Err(error), false),
        };
        if goes_on {
            self.processes.insert(function.to_owned(), process);
        }
        Some(result)
    }

    fn misfit(&self, function: &str, answer: &Value) -> Option<String> {
        let Signatures { types, results } = &*self.signatures;
        let answer: serde_json::Value = serde_json::from_str(&answer.to_string()).ok()?;
        types.misfit(results.get(function)?, &answer)
    }

    fn absent(&self, function: &str) -> Option<String> {
        self.absent.get(function).cloned()
    }
}

/// Whether a program is on the path.
fn installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|it| it.join(program).is_file())
}

/// Why there is no answer.
enum Gone {
    Silent(Duration),
    Ended,
    /// The handler could not be loaded.
    Init(ServiceError),
}

struct Process {
    child: Child,
    listener: TcpListener,
    count: u64,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request of the Runtime API.
struct Request {
    stream: TcpStream,
    method: String,
    path: String,
    body: String,
}

impl Process {
    fn start(name: &str, recipe: &Recipe) -> std::io::Result<Process> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let mut command = Command::new(recipe.program);
        command
            .arg(&recipe.script)
            .current_dir(&recipe.folder)
            .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
            .env("_HANDLER", &recipe.handler)
            .env("LAMBDA_TASK_ROOT", &recipe.folder)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            // A test must not reach anybody's account.
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .envs(recipe.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Process { child: command.spawn()?, listener, count: 0 })
    }

    fn invoke(&mut self, recipe: &Recipe, payload: &Value) -> Result<Result<Value, ServiceError>, Gone> {
        self.count += 1;
        let id = format!("00000000-0000-4000-8000-{:012x}", self.count);
        let mut next = self.request(INIT)?;
        if next.path.ends_with("/init/error") {
            let _ = respond(&mut next.stream, 202, "", "");
            return Err(Gone::Init(told(&next.body)));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + recipe.timeout;
        let headers = format!(
            "Lambda-Runtime-Aws-Request-Id: {id}\r\nLambda-Runtime-Deadline-Ms: {}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: {}\r\n",
            now.as_millis(),
            recipe.arn
        );
        respond(&mut next.stream, 200, &headers, &payload.to_string()).map_err(|_| Gone::Ended)?;
        drop(next);
        let mut answer = self.request(recipe.timeout)?;
        let _ = respond(&mut answer.stream, 202, "", "");
        Ok(match answer.method.as_str() {
            "POST" if answer.path.ends_with("/response") => {
                Ok(answer.body.parse().unwrap_or_else(|_| Value::from(answer.body.as_str())))
            }
            _ => Err(told(&answer.body)),
        })
    }

    /// The next request of the process.
    fn request(&mut self, patience: Duration) -> Result<Request, Gone> {
        let until = Instant::now() + patience;
        loop {
            if let Ok((stream, _)) = self.listener.accept()
                && let Some(request) = read(stream, patience)
            {
                return Ok(request);
            }
            if !matches!(self.child.try_wait(), Ok(None)) {
                return Err(Gone::Ended);
            }
            if Instant::now() >= until {
                return Err(Gone::Silent(patience));
            }
            std::thread::sleep(Duration::from_micros(300));
        }
    }
}

/// Reads one HTTP request.
fn read(stream: TcpStream, patience: Duration) -> Option<Request> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?.take(LARGEST + 65_536));
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = Vec::new();
    reader.take(u64::min(length, LARGEST)).read_to_end(&mut body).ok()?;
    Some(Request { stream, method, path, body: String::from_utf8_lossy(&body).into_owned() })
}

fn respond(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let text = format!(
        "HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// An error that a handler raised: its own JSON is the cause.
fn told(body: &str) -> ServiceError {
    let json: Option<Value> = body.parse().ok();
    let name = json.as_ref().and_then(|it| it.get("errorType")).and_then(Value::as_str);
    ServiceError::new(name.unwrap_or("Runtime.Unknown"), body)
}

/// What AWS says where a function takes too long: never `States.Timeout`.
fn timed_out(after: Duration) -> ServiceError {
    let message = format!("Task timed out after {:.2} seconds", after.as_secs_f64());
    let cause = serde_json::json!({ "errorType": "Sandbox.Timedout", "errorMessage": message });
    ServiceError::new("Sandbox.Timedout", cause.to_string())
}

/// What AWS says where a runtime ends.
fn exited(status: Option<std::process::ExitStatus>) -> ServiceError {
    let status = status.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
    let message = format!("Error: Runtime exited with error: {status}");
    let cause = serde_json::json!({ "errorType": "Runtime.ExitError", "errorMessage": message });
    ServiceError::new("Runtime.ExitError", cause.to_string())
}
