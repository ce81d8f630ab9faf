// The small libraries that scripts import to speak the outputs protocol: `from kestra import Kestra`, `require('@kestra-io/libs')`.
// Ours do nothing but print its lines, and step aside for the originals where these are installed.
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { RunContext } from '@batuta/plugin-sdk'

const PYTHON_INIT = `import importlib.machinery, importlib.util, os, sys
_own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_path = [p for p in sys.path if os.path.abspath(p or ".") != _own]
_spec = importlib.machinery.PathFinder.find_spec("kestra", _path)
if _spec is not None and _spec.loader is not None:
    _module = importlib.util.module_from_spec(_spec)
    sys.modules["kestra"] = _module
    _spec.loader.exec_module(_module)
    globals().update({k: v for k, v in vars(_module).items() if not k.startswith("__")})
else:
    from ._printing import Kestra
`

const PYTHON_PRINTING = `import json, logging, sys, time


class Kestra:
    """Tells the orchestrator of outputs, metrics and log lines by printing."""

    @staticmethod
    def send(message):
        sys.stdout.write("::" + json.dumps(message, default=str) + "::\\n")
        sys.stdout.flush()

    @staticmethod
    def outputs(values):
        Kestra.send({"outputs": values})

    @staticmethod
    def metric(name, type, value, tags=None):
        Kestra.send({"metrics": [{"name": name, "type": type, "value": value, "tags": tags or {}}]})

    @staticmethod
    def counter(name, value, tags=None):
        Kestra.metric(name, "counter", value, tags)

    @staticmethod
    def gauge(name, value, tags=None):
        Kestra.metric(name, "gauge", value, tags)

    @staticmethod
    def timer(name, duration, tags=None):
        if callable(duration):
            start = time.monotonic()
            duration()
            duration = time.monotonic() - start
        Kestra.metric(name, "timer", duration, tags)

    @staticmethod
    def logger():
        logger = logging.getLogger("Kestra")
        if not logger.handlers:
            logger.addHandler(_Handler())
            logger.setLevel(logging.DEBUG)
            logger.propagate = False
        return logger

    @staticmethod
    def read(path):
        with open(path, "rb") as file:
            return file.read()


class _Handler(logging.Handler):
    def emit(self, record):
        Kestra.send({"logs": [{"level": record.levelname, "message": self.format(record)}]})
`

const NODE_LIBRARY = `'use strict'
const send = message => process.stdout.write('::' + JSON.stringify(message) + '::\\n')
const metric = (name, type, value, tags = {}) => send({ metrics: [{ name, type, value, tags }] })
const log = level => (...parts) => send({ logs: [{ level, message: parts.map(String).join(' ') }] })
class Kestra {
  static outputs(values) { send({ outputs: values }) }
  static counter(name, value, tags) { metric(name, 'counter', value, tags) }
  static gauge(name, value, tags) { metric(name, 'gauge', value, tags) }
  static timer(name, duration, tags) {
    if (typeof duration !== 'function') return metric(name, 'timer', duration, tags)
    const start = Date.now()
    const done = () => metric(name, 'timer', (Date.now() - start) / 1000, tags)
    const result = duration(done)
    if (duration.length === 0) done()
    return result
  }
  static logger() {
    return { trace: log('TRACE'), debug: log('DEBUG'), info: log('INFO'), warn: log('WARN'), error: log('ERROR') }
  }
}
module.exports = Kestra
module.exports.default = Kestra
module.exports.Kestra = Kestra
`

const LIBRARIES = {
  python: { 'kestra/__init__.py': PYTHON_INIT, 'kestra/_printing.py': PYTHON_PRINTING },
  node: { '@kestra-io/libs/index.js': NODE_LIBRARY },
} as const

/** The folder that holds the library of a language; written once per version of it. */
export async function libraryFolder(ctx: RunContext, language: keyof typeof LIBRARIES): Promise<string> {
  const files: Readonly<Record<string, string>> = LIBRARIES[language]
  const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)
  const folder = join(ctx.cacheDir, 'libraries', `${language}-${version}`)
  if (exists(folder)) return folder
  const growing = `${folder}.${randomUUID()}`
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(growing, name)), { recursive: true })
    await writeFile(join(growing, name), text)
  }
  await rename(growing, folder).catch(async (error: unknown) => {
    // Somebody else was first, with the same files.
    if (!exists(folder)) throw error
  })
  return folder
}

export function exists(path: string): boolean {
  return existsSync(path)
}
