// The environment that a command starts with. The server's own may hold database passwords and keys, so nothing passes but what is
// named here or allowed by the installation.
const NAMES: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TERM',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'LD_LIBRARY_PATH',
  'VIRTUAL_ENV',
  'JAVA_HOME',
  'SYSTEMROOT',
  'COMSPEC',
  'PATHEXT',
])
const PREFIXES: readonly string[] = ['LC_', 'PIP_', 'UV_', 'PYENV_']

export function processEnvironment(
  server: Readonly<Record<string, string | undefined>>,
  allowed: readonly string[] = [],
): Map<string, string> {
  const environment = new Map<string, string>()
  for (const [name, value] of Object.entries(server)) {
    if (value !== undefined && mayPass(name, allowed)) environment.set(name, value)
  }
  return environment
}

function mayPass(name: string, allowed: readonly string[]): boolean {
  const upper = name.toUpperCase()
  return NAMES.has(upper) || allowed.includes(name) || PREFIXES.some(prefix => upper.startsWith(prefix))
}
