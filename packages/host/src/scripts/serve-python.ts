// The zygote of Python: what a warm interpreter does while it waits for scripts. It imports nothing but modules that are part of the
// interpreter itself, so that a script finds `sys.modules` as it would in an interpreter of its own, and it never runs a line of a user.
//
// Per script it forks. The child leads its own session, opens its two output streams at the door, and waits for a byte: until it comes nothing
// of the user has run, and whoever sees the door closed without it may run the script elsewhere. Then it takes over folder, environment and the
// mark of its attempt, which is written over the one that the kernel shows in `/proc/PID/environ`, and returns into the launcher.
// When the pipe from the host ends, the zygote kills what it forked and all that descends from it, and ends. Of forks that have ended it knows the
// marks: the host may have been killed after the script and before what the script had started.
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'

const SERVE_PYTHON = `import _signal, _socket, gc, os, select, sys

CONTROL = 3
KILL_PASSES = 50
ENDED_MAX = 100


def tell(text):
    text = text.encode()
    try:
        while text:
            text = text[os.write(CONTROL, text):]
    except ConnectionError:
        pass  # The host has gone, which is met where its pipe is read.


def listen():
    try:
        return os.read(CONTROL, 65536)
    except ConnectionError:
        return b""  # It has gone without reading all that it was told.


def find_mark(name):
    with open("/proc/self/environ", "rb") as file:
        block = b"\\0" + file.read()
    start = block.index(b"\\0" + name + b"=") + len(name) + 1
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rsplit(b")", 1)[1].split()
    return int(fields[47]) + start, block.index(b"\\0", start + 1) - start


def write_mark(place, mark):
    address, size = place
    if len(mark) > size:
        raise ValueError("the mark is too long")
    memory = os.open("/proc/self/mem", os.O_WRONLY)
    try:
        os.pwrite(memory, mark.ljust(size, b"\\0"), address)
    finally:
        os.close(memory)


def knock(door, token, stream):
    caller = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    caller.connect(door)
    caller.send(token + stream)
    return caller.detach()


def become(fields, door, place, fds):
    token, mark, cwd, script = fields[:4]
    _signal.set_wakeup_fd(-1)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
    os.setsid()
    streams = knock(door, token, b"o"), knock(door, token, b"e")
    os.chdir(cwd)
    os.environb.clear()
    for entry in fields[4:]:
        name, value = entry.split(b"=", 1)
        os.environb[name] = value
    sys.argv = [sys.argv[0], os.fsdecode(script)]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = [sys.orig_argv[0], *sys.argv]
    if os.read(streams[0], 1) != b"g":
        os._exit(1)
    write_mark(place, mark)
    for number, stream in enumerate(streams):
        os.dup2(stream, number + 1)
        os.close(stream)
    for fd in fds:
        os.close(fd)


def reap(children, ended):
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        mark = children.pop(pid, None)
        if mark is not None:
            ended.append(mark)
            del ended[:-ENDED_MAX]
        if os.WIFSIGNALED(status):
            tell("signalled %d %d\\n" % (pid, os.WTERMSIG(status)))
        else:
            tell("exited %d %d\\n" % (pid, os.WEXITSTATUS(status)))


def table():
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/" + name + "/stat", "rb") as file:
                    fields = file.read().rsplit(b")", 1)[1].split()
            except OSError:
                continue
            if fields[0] not in (b"Z", b"X"):
                yield int(name), int(fields[1]), int(fields[3])


def has_mark(pid, marks):
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            return not marks.isdisjoint(file.read().split(b"\\0"))
    except OSError:
        return False


def end(children, ended, mark_name):
    own = os.getpid()
    marks = {mark_name + b"=" + mark for mark in (*children.values(), *ended)}
    for _ in range(KILL_PASSES):
        rows = list(table())
        known = {
            pid for pid, parent, session in rows if session in children or parent == own or has_mark(pid, marks)
        }
        size = -1
        while size != len(known):
            size = len(known)
            known.update(pid for pid, parent, _session in rows if parent in known)
        known.discard(own)
        if not known:
            break
        for number in (_signal.SIGSTOP, _signal.SIGKILL):
            for pid in known:
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
        select.select([], [], [], 0.01)
    os._exit(0)


def serve(door, mark_name):
    place = find_mark(mark_name)
    with open("/proc/self/environ", "rb") as file:
        mark = dict(entry.split(b"=", 1) for entry in file.read().split(b"\\0") if b"=" in entry)[mark_name]
    write_mark(place, mark)
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    _signal.signal(_signal.SIGCHLD, lambda *_: None)
    _signal.set_wakeup_fd(wake)
    poll = select.poll()
    poll.register(CONTROL, select.POLLIN)
    poll.register(woken, select.POLLIN)
    # What is here already is no garbage: left alone by the collector it stays shared with the forks, and their end takes half as long.
    gc.freeze()
    children, ended, held = {}, [], b""
    tell("ready %d\\n" % os.getpid())
    while True:
        for fd, _event in poll.poll():
            if fd == woken:
                try:
                    os.read(woken, 4096)
                except BlockingIOError:
                    pass
                reap(children, ended)
                continue
            chunk = listen()
            if not chunk:
                end(children, ended, mark_name)
            held += chunk
            while len(held) >= 4 and len(held) >= 4 + int.from_bytes(held[:4], "big"):
                size = 4 + int.from_bytes(held[:4], "big")
                fields, held = held[4:size].split(b"\\0"), held[size:]
                pid = os.fork()
                if pid == 0:
                    try:
                        return become(fields, door, place, (CONTROL, woken, wake))
                    except BaseException:
                        os._exit(1)
                children[pid] = fields[1]
                tell("forked %d\\n" % pid)


serve(sys.argv[3], os.fsencode(sys.argv[4]))
`

/** Writes the file once per version of it and returns its path. */
export async function writeServePython(cacheDir: string): Promise<string> {
  const version = createHash('sha256').update(SERVE_PYTHON).digest('hex').slice(0, 12)
  const folder = join(cacheDir, 'libraries')
  const path = join(folder, `serve-${version}.py`)
  if (await exists(path)) return path
  await mkdir(folder, { recursive: true })
  const growing = `${path}.${randomUUID()}`
  await writeFile(growing, SERVE_PYTHON)
  await rename(growing, path)
  return path
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
