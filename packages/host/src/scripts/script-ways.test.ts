// Whichever way a Python script is run – cold or forked, with or without a sandbox –, nobody may tell by what it does. Each way runs the same
// scripts, and what comes out is held against the plain one.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Outcome, ScriptSettings, ValueMap } from '@batuta/plugin-sdk'
import { openTestHost, outputsOf } from '../testing/test-host.ts'
import type { TestHost } from '../testing/test-host.ts'

const SCRIPTS = new URL('../../../../plugins/script/src/index.ts', import.meta.url).href
const PYTHON = 'io.kestra.plugin.scripts.python.Script'

const PLAIN: Partial<ScriptSettings> = { isolation: 'process', zygotesMax: 0 }
const WAYS: readonly (readonly [string, Partial<ScriptSettings>])[] = [
  ['forked', { isolation: 'process' }],
  ...(isInstalled('bwrap')
    ? ([
        ['cold in a sandbox', { isolation: 'bubblewrap', zygotesMax: 0 }],
        ['forked in a sandbox', { isolation: 'bubblewrap' }],
      ] as const)
    : []),
]

const CASES: Readonly<Record<string, string | ValueMap>> = {
  'lines of both streams': 'import sys\nprint("out")\nprint("err", file=sys.stderr)\nsys.stdout.write("no end")',
  'what a script sees of itself': `
    import sys, os
    print(__name__, __file__ == sys.argv[0], len(sys.argv), sys.path[0] == os.path.dirname(__file__), os.getcwd() == sys.path[0])
    print(sorted(globals()), sys.orig_argv[2:] == sys.argv, sys.flags, sys.stdin.read(), sys.modules["__main__"].__file__ == __file__)`,
  'its environment': {
    env: { GREETING: 'ü {{ inputs.name }}', PYTHONHASHSEED: '7' },
    script: `
    import os, re
    hidden = lambda text: re.sub(r"/\\S*/work\\S*|BATUTA_\\w*ATTEMPT=\\S+", "…", text)
    print(*(hidden(f"{k}={v}") for k, v in sorted(os.environ.items()) if k not in ("BATUTA_ATTEMPT", "BATUTA_IDEMPOTENCY_KEY", "_", "SHLVL", "OLDPWD")), sep="\\n")
    print(os.environ["BATUTA_IDEMPOTENCY_KEY"][:2], hash("x"), os.environ["BATUTA_ATTEMPT"].split("/")[1][:3])
    print(open("/proc/self/environ").read().split("BATUTA_ATTEMPT=")[1].split("\0")[0] == os.environ["BATUTA_ATTEMPT"])
    import subprocess
    print(subprocess.run(["sh", "-c", "echo $GREETING"], capture_output=True, text=True).stdout)`,
  },
  'its limits and its place among processes': `
    import os, resource, signal
    print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], resource.getrlimit(resource.RLIMIT_CORE), os.umask(0))
    print(os.getsid(0) == os.getpgid(0), signal.getsignal(signal.SIGCHLD), signal.getsignal(signal.SIGPIPE), signal.pthread_sigmask(signal.SIG_BLOCK, []))
    print(open("/proc/self/oom_score_adj").read().strip(), sorted(os.listdir("/proc/self/fd"))[:4])`,
  'modules that are loaded': `
    import sys
    print(sorted(set(sys.modules) - {"_socket", "gc", "select"}))`,
  'outputs and an end': 'from kestra import Kestra\nKestra.outputs({"a": [1, None, 2.5]})\nraise SystemExit(3)',
  'an end with words': 'import sys\nsys.exit("that is all")',
  'a traceback': 'def f():\n    return 1 / 0\n\nf()\n',
  'a mistake in the text': 'print("never"\n',
  'an end by signals': 'import os, signal\nprint("so far", flush=True)\nos.kill(os.getpid(), signal.SIGKILL)',
  'an end by abort': 'import os\nos.abort()',
  'an interrupt': 'import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nimport time; time.sleep(5)',
  'a hard end': 'import os\nprint("flushed", flush=True)\nos._exit(9)',
  'exit handlers and threads': `
    import atexit, threading
    atexit.register(print, "last words")
    threading.Thread(target=lambda: (threading.main_thread().join(), print("thread"))).start()
    print("main")`,
  'processes of its own': `
    import multiprocessing, os, subprocess, sys
    def double(n): return n * 2
    if __name__ == "__main__":
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                print(method, pool.map(double, range(4)))
        print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True).stdout, os.system("exit 5") >> 8)
        pid = os.fork()
        if pid == 0:
            os._exit(4)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`,
  'asyncio and a pickle of a class': `
    import asyncio, pickle
    class Point:
        x = 3
    async def main():
        process = await asyncio.create_subprocess_exec("echo", "child", stdout=asyncio.subprocess.PIPE)
        print((await process.communicate())[0], process.returncode)
    asyncio.run(main())
    print(pickle.loads(pickle.dumps(Point())).x, pickle.dumps(Point())[:60].find(b"__main__") > 0)`,
  'late output of a process left behind': `
    import subprocess
    subprocess.Popen(["sh", "-c", "sleep 0.5; echo late; echo later >&2"])
    print("done")`,
  'texts that are not ASCII':
    'import sys, locale\nprint("grüße 漢字 🎻", sys.stdout.encoding, sys.getfilesystemencoding(), locale.getpreferredencoding())',
  'much output': 'import sys\nfor i in range(20000): print(i, "x" * 50)\nprint("e" * 40000, file=sys.stderr)',
  'files in and out': {
    inputFiles: { 'in/a.txt': 'content', 'helper.py': 'VALUE = open("in/a.txt").read()' },
    outputFiles: ['*.out'],
    script: `
    import helper, os
    open("b.out", "w").write(helper.VALUE.upper())
    open("{{ outputDir }}/c.txt", "w").write("kept")
    open("/tmp/batuta-ways-test", "w").write("seen by all")
    print(sorted(name for name in os.listdir(".") if len(name) < 30))`,
  },
  'a warning': { warningOnStdErr: true, script: 'import sys\nprint("careful", file=sys.stderr)' },
  'commands before': { beforeCommands: ['export SEEN=yes'], script: 'import os\nprint(os.environ["SEEN"])' },
  'the network': `
    import http.server, threading, urllib.request
    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").status > 0)`,
}

interface Result {
  readonly state: Outcome['state']
  readonly message: string | undefined
  readonly outputs: unknown
  readonly out: readonly string[]
  readonly err: readonly string[]
  readonly how: string
}

const plain = new Map<string, Result>()

before(async () => {
  const hooks: (() => unknown)[] = []
  const host = await open({ after: hook => void hooks.push(hook as () => unknown) }, PLAIN)
  for (const name of Object.keys(CASES)) plain.set(name, await run(host, name))
  for (const hook of hooks) await hook()
})

for (const [way, settings] of WAYS)
  test(`a script is the same ${way}`, async t => {
    const host = await open(t, settings)

    for (const name of Object.keys(CASES)) {
      const { how, ...result } = await run(host, name)
      const { how: _cold, ...expected } = plain.get(name) ?? assert.fail(name)

      assert.deepEqual(result, expected, `${name}, ${way}`)
      assert.match(how, name === 'commands before' || way.startsWith('cold') ? /cold/ : /forked/, name)
    }
    assert.deepEqual(host.notices, [])
  })

function open(t: Pick<TestContext, 'after'>, scripts: Partial<ScriptSettings>): Promise<TestHost> {
  return openTestHost(t as TestContext, { modules: { [PYTHON]: SCRIPTS }, scripts })
}

async function run(host: TestHost, name: string): Promise<Result> {
  const written = CASES[name]
  const properties = typeof written === 'string' ? { script: written } : (written as Readonly<Record<string, unknown>>)
  const script = dedent(String(properties['script']))
  const { key, outcome } = host.start(PYTHON, { ...properties, script } as ValueMap)
  const { state, message, ...settled } = await outcome
  const lines = host.linesOf(key).map(line => ({ ...line, message: withoutPlaces(line.message, host.root) }))
  const textOf = (level: string): readonly string[] =>
    lines.filter(line => line.level === level).map(line => line.message)
  return {
    state,
    message: message === undefined ? undefined : withoutPlaces(message, host.root),
    outputs: JSON.parse(withoutPlaces(JSON.stringify(outputsOf({ state, ...settled })), host.root)),
    out: textOf('INFO'),
    err: textOf('ERROR'),
    how: textOf('DEBUG')[0] ?? '',
  }
}

/** Names of files and of runs are drawn anew each time. */
function withoutPlaces(text: string, root: string): string {
  return text
    .replaceAll(root, '<root>')
    .replaceAll(/work\/(?:[\w]+\/)?run-\w+/g, 'work/<run>')
    .replaceAll(/[\da-f]{32}\.py/g, '<script>.py')
    .replaceAll(/e1-\d+/g, '<task run>')
}

function dedent(text: string): string {
  return text.replaceAll(/^ {4}/gm, '').trimStart()
}

function isInstalled(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, name)))
}
