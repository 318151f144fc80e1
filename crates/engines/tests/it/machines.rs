//! Machines: processes that follow their records.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};

use isobar_engines::machines::{self, Desired, Exit, Phase, UserData};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Directory, HELPER, World, eventually};

/// A script that stays up, with a descendant in a session of its own; each writes its pid down.
const DAEMON: &str = "#!/bin/sh
echo $$ > pid
setsid sh -c 'echo $$ > daemon; exec sleep 1000' &
wait
";

fn is_alive(pid: &str) -> bool {
    // A dead process that nobody reaped yet is as good as gone.
    fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().starts_with(" Z"))
}

/// What the machine wrote to a file of its home, when it is there.
async fn written(world: &World, id: &str, file: &str) -> String {
    let path = world.directory.path().join("machines").join(id).join("home").join(file);
    eventually(&format!("{file} is written"), || {
        fs::read_to_string(&path).is_ok_and(|text| text.ends_with('\n'))
    })
    .await;
    fs::read_to_string(path).unwrap()
}

async fn get(address: Ipv4Addr, port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((address, port)).await?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn a_script_serves_at_its_address_until_its_machine_is_stopped() {
    let world = World::new().await;
    let script = "#!/usr/bin/env python3
import http.server, os
class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(os.environ['COLOUR'].encode())
server = http.server.HTTPServer((os.environ['HOST'], 8080), Hello)
print('listening', flush=True)
server.serve_forever()
";
    let address = world.create("i-1", script).address;
    assert!(address.is_loopback() && address.octets()[1] > 0);
    world.phase("i-1", Phase::Running).await;
    eventually("it listens", || world.console("i-1").contains("listening")).await;
    assert!(get(address, 8080).await.unwrap().ends_with("green"));
    world.tell("i-1", machines::stop);
    world.phase("i-1", Phase::Stopped).await;
    get(address, 8080).await.unwrap_err();
    world.engines.shutdown().await;
}

/// As cloud-init has it: once in a machine's life, however often it boots.
#[tokio::test]
async fn user_data_runs_in_the_first_boot_alone() {
    let world = World::new().await;
    let script = "#!/bin/sh\necho $HOST >> boots; exec sleep 1000\n";
    let address = world.create("i-1", script).address;
    world.phase("i-1", Phase::Running).await;
    written(&world, "i-1", "boots").await;
    let again = |times| {
        move |world: &World| world.console("i-1").matches("ran in its first boot").count() == times
    };
    world.tell("i-1", machines::reboot);
    assert_eq!(world.machine("i-1").unwrap().phase, Phase::Rebooting);
    assert_eq!(world.phase("i-1", Phase::Running).await.address, address);
    eventually("it is up again", || again(1)(&world)).await;
    world.tell("i-1", machines::stop);
    world.phase("i-1", Phase::Stopped).await;
    world.tell("i-1", machines::start);
    world.phase("i-1", Phase::Running).await;
    eventually("it is up again", || again(2)(&world)).await;
    assert_eq!(written(&world, "i-1", "boots").await, format!("{address}\n"));
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_machine_is_shut_down_and_rebooted_from_within() {
    let world = World::new().await;
    for (id, command) in [("i-1", "poweroff"), ("i-2", "shutdown -h now"), ("i-3", "halt")] {
        world.create(id, &format!("#!/bin/sh\n{command}\nexec sleep 1000\n"));
        let machine = world.phase(id, Phase::Stopped).await;
        assert_eq!(
            (machine.desired, &machine.exit),
            (Desired::Stopped, &Some(Exit::ShutDown)),
            "{command}"
        );
        world.tell(id, machines::start);
        assert_eq!(world.phase(id, Phase::Running).await.exit, None);
    }
    for (id, command) in [("i-4", "reboot"), ("i-5", "shutdown -r now")] {
        world.create(id, &format!("#!/bin/sh\n{command}\nexec sleep 1000\n"));
        eventually("it booted again", || {
            let machine = world.machine(id).unwrap();
            machine.boot == 1 && machine.phase == Phase::Running
        })
        .await;
    }
    world.create("i-6", "#!/bin/sh\nshutdown +5 || echo refused\n");
    eventually("it says so", || world.console("i-6").contains("refused")).await;
    assert_eq!(world.machine("i-6").unwrap().phase, Phase::Running);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_machine_goes_on_when_its_script_has_ended() {
    let world = World::new().await;
    let script = "#!/bin/sh\nmkfifo gate\n(read line < gate; echo $line) &\necho > ready\nexit 7\n";
    world.create("i-1", script);
    written(&world, "i-1", "ready").await;
    eventually("the script ends", || world.console("i-1").contains("exited with status 7")).await;
    assert_eq!(world.phase("i-1", Phase::Running).await.exit, None);
    let gate = world.directory.path().join("machines/i-1/home/gate");
    tokio::task::spawn_blocking(move || fs::write(gate, "the last word\n")).await.unwrap().unwrap();
    let over = || world.machine("i-1").unwrap().user_data == UserData::Ended;
    eventually("all have ended", over).await;
    assert!(world.console("i-1").contains("the last word\n"));
    let machine = world.machine("i-1").unwrap();
    assert_eq!((machine.desired, machine.phase), (Desired::Running, Phase::Running));
    // It is an ordinary machine still.
    world.tell("i-1", machines::stop);
    assert_eq!(world.phase("i-1", Phase::Stopped).await.exit, None);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_scripts_status_is_on_the_console() {
    let world = World::new().await;
    world.create("i-1", "#!/bin/sh\necho to stdout; echo to stderr >&2; exit 3\n");
    world.create("i-2", "#!/bin/sh\nkill -9 $$\n");
    let said = |id: &str, lines: &[&str]| lines.iter().all(|line| world.console(id).contains(line));
    let first = ["to stdout\n", "to stderr\n", "the script exited with status 3\n"];
    eventually("the first ends", || said("i-1", &first)).await;
    eventually("the second ends", || said("i-2", &["the script was ended by signal 9\n"])).await;
    for id in ["i-1", "i-2"] {
        assert_eq!(world.phase(id, Phase::Running).await.exit, None);
    }
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_missing_interpreter_is_said() {
    let world = World::new().await;
    world.create("i-1", "#!/no/such/interpreter -x\n");
    let said = "the script could not be started: /no/such/interpreter: No such file";
    eventually("it is said", || world.console("i-1").contains(said)).await;
    // As where cloud-init fails, the machine is up all the same.
    assert_eq!(world.phase("i-1", Phase::Running).await.exit, None);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn content_that_is_no_script_is_not_run() {
    let world = World::new().await;
    for (id, content) in [("i-1", ""), ("i-2", "#cloud-config\nruncmd: [reboot]\n")] {
        world.create(id, content);
        world.phase(id, Phase::Running).await;
        assert!(world.console(id).contains("its user data is no script to run"));
        world.tell(id, machines::reboot);
        world.phase(id, Phase::Running).await;
        world.tell(id, machines::stop);
        world.phase(id, Phase::Stopped).await;
    }
    world.engines.shutdown().await;
}

#[tokio::test]
async fn stopping_ends_the_whole_tree_even_where_it_resists() {
    let world = World::new().await;
    let script = "#!/bin/sh
trap '' TERM
setsid sh -c 'trap \"\" TERM; echo $$ > daemon; while :; do sleep 1000; done' &
echo $$ > pid
while :; do sleep 1000; done
";
    world.create("i-1", script);
    let pids = [written(&world, "i-1", "pid").await, written(&world, "i-1", "daemon").await];
    world.phase("i-1", Phase::Running).await;
    assert!(pids.iter().all(|pid| is_alive(pid)));
    world.tell("i-1", machines::stop);
    world.phase("i-1", Phase::Stopped).await;
    assert!(!pids.iter().any(|pid| is_alive(pid)));
    world.engines.shutdown().await;
}

#[tokio::test]
async fn removing_deletes_the_directory_and_forgetting_the_record() {
    let world = World::new().await;
    for id in ["i-1", "i-2"] {
        world.create(id, DAEMON);
        world.phase(id, Phase::Running).await;
        written(&world, id, "daemon").await;
    }
    let daemon = written(&world, "i-1", "daemon").await;
    world.tell("i-1", machines::remove);
    world.phase("i-1", Phase::Removed).await;
    assert!(!is_alive(&daemon));
    assert!(!world.directory.path().join("machines/i-1").exists());
    let now = world.clock.now();
    world.store.update(|tx| machines::forget(tx, "i-1", now)).unwrap();
    assert!(world.machine("i-1").is_none());
    world.store.update(|tx| machines::forget(tx, "i-2", now)).unwrap();
    eventually("the record goes", || world.machine("i-2").is_none()).await;
    assert!(!world.directory.path().join("machines/i-2").exists());
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_long_console_keeps_its_beginning_and_its_end() {
    let world = World::new().await;
    let script = "#!/bin/sh
echo the beginning
head -c 5000000 /dev/zero | tr '\\0' x
echo; echo the end
";
    world.create("i-1", script);
    eventually("it ends", || world.machine("i-1").unwrap().user_data == UserData::Ended).await;
    let console = world.console("i-1");
    assert!((1 << 20..2 << 20).contains(&console.len()), "{}", console.len());
    assert!(console.contains("the beginning\n") && console.contains("\nthe end\n"));
    assert!(console.contains(" bytes left out\n"));
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_shutdown_ends_the_processes_and_keeps_what_is_wanted() {
    let world = World::new().await;
    world.create("i-1", DAEMON);
    world.phase("i-1", Phase::Running).await;
    let pids = [written(&world, "i-1", "pid").await, written(&world, "i-1", "daemon").await];
    world.engines.shutdown().await;
    assert!(!pids.iter().any(|pid| is_alive(pid)));
    assert_eq!(world.machine("i-1").unwrap().desired, Desired::Running);
}

struct Owner {
    process: Child,
    address: String,
}

/// Starts a process that owns the machines of the directory and waits until they run.
fn own(directory: &Directory) -> Owner {
    let mut process = Command::new(HELPER)
        .arg("own")
        .arg(directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
    Owner { process, address }
}

fn pid_of(directory: &Directory, file: &str) -> Option<String> {
    let path = directory.path().join("machines/m-1/home").join(file);
    fs::read_to_string(path).ok().filter(|text| text.ends_with('\n'))
}

#[tokio::test]
async fn killing_isobar_ends_its_machines_and_the_next_start_brings_them_back() {
    let directory = Directory::new();
    fs::write(directory.path().join("script"), DAEMON).unwrap();
    let mut owner = own(&directory);
    eventually("both processes run", || {
        pid_of(&directory, "pid").is_some() && pid_of(&directory, "daemon").is_some()
    })
    .await;
    let pids = ["pid", "daemon"].map(|file| pid_of(&directory, file).unwrap());
    assert!(pids.iter().all(|pid| is_alive(pid)));
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    eventually("the tree ends", || !pids.iter().any(|pid| is_alive(pid))).await;

    let mut again = own(&directory);
    assert_eq!(again.address, owner.address);
    eventually("a new process runs", || {
        pid_of(&directory, "pid").is_some_and(|pid| pid != pids[0] && is_alive(&pid))
    })
    .await;
    again.process.kill().unwrap();
    again.process.wait().unwrap();
    let last = pid_of(&directory, "pid").unwrap();
    eventually("the tree ends", || !is_alive(&last)).await;
}

#[tokio::test]
async fn processes_without_a_keeper_are_found_and_ended() {
    let world = World::idle();
    let marked = world.directory.path().join("machines/i-9");
    fs::create_dir_all(&marked).unwrap();
    let other = world.directory.path().join("machines-of-another/i-9");
    let sleep = |mark: &std::path::Path| {
        Command::new("sleep").arg("1000").env("ISOBAR_MACHINE", mark).spawn().unwrap()
    };
    let (mut leftover, mut stranger) = (sleep(&marked), sleep(&other));
    let name = |child: &Child| fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap();
    eventually("both sleep", || name(&leftover) == "sleep\n" && name(&stranger) == "sleep\n").await;
    world.engines.start().await.unwrap();
    assert!(!leftover.wait().unwrap().success());
    assert!(stranger.try_wait().unwrap().is_none());
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_machine_whose_keeper_is_killed_is_stopped_and_leaves_no_process() {
    let world = World::new().await;
    world.create("i-1", DAEMON);
    world.phase("i-1", Phase::Running).await;
    let script = written(&world, "i-1", "pid").await;
    let daemon = written(&world, "i-1", "daemon").await;
    let stat = fs::read_to_string(format!("/proc/{}/stat", script.trim())).unwrap();
    let keeper = stat.rsplit(')').next().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    Command::new("kill").args(["-9", &keeper]).status().unwrap();
    let machine = world.phase("i-1", Phase::Stopped).await;
    assert_eq!(machine.exit, Some(Exit::Failed("its keeper was ended".to_owned())));
    assert!(!is_alive(&script) && !is_alive(&daemon));
    world.engines.shutdown().await;
}
