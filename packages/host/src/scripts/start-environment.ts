// Which part of an environment counts when an interpreter starts. All else is given to the script when it is forked, as if it had been there
// from the beginning; what is read at the start must be the same, or the script gets an interpreter of its own.
import { delimiter, isAbsolute } from 'node:path'

/** Read by the dynamic linker, the C library, Python itself, or the modules that packages load at its start. */
const READ_AT_START =
  /^(?:PYTHON|LC_|LD_|MALLOC_|GLIBC_|COVERAGE_|DD_|OTEL_|SETUPTOOLS_|__PYVENV|(?:LANG|LANGUAGE|LOCPATH|NLSPATH|GCONV_PATH|TZ|TZDIR|HOME|VIRTUAL_ENV)$)/

/** With these an interpreter tells of its own start, or goes on after the script. */
const OF_THE_START_ITSELF: readonly string[] = [
  'PYTHONINSPECT',
  'PYTHONPROFILEIMPORTTIME',
  'PYTHONVERBOSE',
  'PYTHONDEBUG',
  'PYTHONDUMPREFS',
  'PYTHONDUMPREFSFILE',
  'PYTHONMALLOCSTATS',
]

export function startEnvironment(env: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...env].filter(([name]) => READ_AT_START.test(name)))
}

/** False when an interpreter started with this environment could serve this one script alone, or would not do as one that starts for it. */
export function isFitForWarmth(env: ReadonlyMap<string, string>, cwd: string): boolean {
  if (OF_THE_START_ITSELF.some(name => env.has(name))) return false
  const paths = env.get('PYTHONPATH')?.split(delimiter) ?? []
  if (paths.some(path => !isAbsolute(path))) return false
  return ![...startEnvironment(env).values()].some(value => value.includes(cwd))
}
