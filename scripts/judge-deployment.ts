// What a file that says how Batuta is deployed must not say: a container of root, the socket of a container engine, rights over the machine, an image that may be
// another one tomorrow, a superuser of the database.
import { parseYaml, toPlain } from '../packages/core/src/index.ts'

const DIGEST = /@sha256:[0-9a-f]{64}$/
/** Mounted; who runs containers has to speak to it. */
const ENGINE_SOCKET = /(?:docker|podman|containerd|crio)\.sock["']?\s*:\s*\//
const ROOT_USER = /^(?:root|0)(?::|$)/
const WIDE_CAPABILITY = /^(?:CAP_)?(?:ALL|SYS_\w+|NET_ADMIN|DAC_READ_SEARCH|BPF|MKNOD)$/i
const SUPERUSER = /postgres(?:ql)?:\/\/postgres[:@]/
/** Of Kubernetes: what has containers. */
const WORKLOADS = new Set(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'])

type Tree = Readonly<Record<string, unknown>>

/** What is wrong with the file; nothing for one that is about something else. */
export function judgeDeployment(file: string, text: string): readonly string[] {
  const name = file.split('/').at(-1) ?? ''
  if (/^(?:Dockerfile|Containerfile)(?:\.|$)|\.dockerfile$/i.test(name)) return judgeImage(text)
  if (/\.ya?ml$/.test(name)) return judgeTexts(text).concat(documentsOf(text).flatMap(judgeDocument))
  if (name.endsWith('.md')) return judgeExamples(text)
  return []
}

/** What people copy. Versions there are for them to choose. */
function judgeExamples(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```/gm)]
  const found = blocks.flatMap(([, language = '', code = '']) => {
    if (/^dockerfile$/i.test(language)) return judgeImage(code)
    if (/^ya?ml$/.test(language)) return judgeTexts(code).concat(documentsOf(code).flatMap(judgeDocument))
    return /^(?:sh|bash|console)$/.test(language) ? judgeTexts(code) : []
  })
  return found.filter(problem => !problem.endsWith('has no digest'))
}

function judgeTexts(text: string): string[] {
  return [
    ...(ENGINE_SOCKET.test(text) ? ['it hands out the socket of a container engine'] : []),
    ...(SUPERUSER.test(text) ? ['it connects as the superuser of PostgreSQL'] : []),
    ...(/--privileged\b/.test(text) ? ['it starts a privileged container'] : []),
  ]
}

function judgeImage(text: string): readonly string[] {
  const lines = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map(line => line.trim())
  const stages = new Set<string>()
  const wrong: string[] = []
  let user: string | undefined
  for (const line of lines) {
    const [, image = '', stage] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? []
    if (image !== '') {
      if (!DIGEST.test(image) && !stages.has(image) && image !== 'scratch') wrong.push(`"${image}" has no digest`)
      if (stage !== undefined) stages.add(stage)
      user = undefined
    }
    user = /^USER\s+(\S+)/i.exec(line)?.[1] ?? user
    if (/^ADD\s+https?:/i.test(line)) wrong.push('it adds what an address holds that day')
    if (/\b(?:curl|wget)\b[^|]*\|\s*(?:ba|da)?sh\b/.test(line)) wrong.push('it runs what an address answers')
    if (/^(?:ENV|ARG)\s+\S*(?:PASSWORD|SECRET|TOKEN|_KEY)\S*=\S/i.test(line)) wrong.push('it holds a secret')
  }
  if (user === undefined || ROOT_USER.test(user)) wrong.push('it runs as root')
  return wrong
}

/** A template of Helm, or a part of a document, has no value: its texts are judged. */
function documentsOf(text: string): readonly unknown[] {
  return text.split(/^---.*$/m).map(document => {
    const { value } = parseYaml(document)
    return value === undefined ? undefined : toPlain(value)
  })
}

function judgeDocument(document: unknown): readonly string[] {
  if (!isTree(document)) return []
  const { kind, services } = document
  if (typeof kind === 'string' && WORKLOADS.has(kind)) return judgeWorkload(document)
  if (!isTree(services)) return []
  return Object.entries(services).flatMap(([name, service]) =>
    isTree(service) && ('image' in service || 'build' in service)
      ? judgeService(service).map(problem => `service "${name}": ${problem}`)
      : [],
  )
}

function judgeService(service: Tree): readonly string[] {
  const { image, user, privileged, network_mode: network, pid, cap_add: capabilities } = service
  return [
    ...(typeof image === 'string' && !DIGEST.test(image) ? [`"${image}" has no digest`] : []),
    ...(user !== undefined && ROOT_USER.test(String(user)) ? ['it runs as root'] : []),
    ...(privileged === true ? ['it is privileged'] : []),
    ...(network === 'host' || pid === 'host' ? ['it shares what the machine has'] : []),
    ...(listOf(capabilities).some(each => WIDE_CAPABILITY.test(String(each))) ? ['its capabilities are wide'] : []),
  ]
}

function judgeWorkload(document: Tree): readonly string[] {
  const pod = podOf(document)
  if (!pod) return []
  const { hostNetwork, hostPID, hostIPC, volumes, securityContext: ofPod } = pod
  const containers = [...listOf(pod['containers']), ...listOf(pod['initContainers'])].filter(isTree)
  return [
    ...(hostNetwork === true || hostPID === true || hostIPC === true ? ['it shares what the machine has'] : []),
    ...(listOf(volumes).some(volume => isTree(volume) && 'hostPath' in volume) ? ['it mounts a path of the node'] : []),
    ...containers.flatMap(container => {
      const own = { ...(isTree(ofPod) ? ofPod : {}), ...treeOf(container['securityContext']) }
      return judgeContainer(container, own).map(problem => `container "${String(container['name'])}": ${problem}`)
    }),
  ]
}

function judgeContainer({ image }: Tree, context: Tree): readonly string[] {
  const { privileged, runAsNonRoot, runAsUser, allowPrivilegeEscalation, capabilities } = context
  const { add, drop } = treeOf(capabilities)
  return [
    ...(typeof image === 'string' && !DIGEST.test(image) ? [`"${image}" has no digest`] : []),
    ...(runAsNonRoot === true && runAsUser !== 0 ? [] : ['it may run as root']),
    ...(privileged === true ? ['it is privileged'] : []),
    ...(allowPrivilegeEscalation === false ? [] : ['it may gain rights']),
    ...(listOf(drop).includes('ALL') ? [] : ['it keeps capabilities']),
    ...(listOf(add).some(each => WIDE_CAPABILITY.test(String(each))) ? ['its capabilities are wide'] : []),
  ]
}

/** Of a pod itself, of what makes pods, of what makes those that do. */
function podOf(document: Tree): Tree | undefined {
  let found = treeOf(document['spec'])
  for (let depth = 0; depth < 3 && !('containers' in found); depth++) {
    const next = found['jobTemplate'] ?? found['template'] ?? found['spec']
    if (!isTree(next)) return undefined
    found = 'spec' in next ? treeOf(next['spec']) : next
  }
  return 'containers' in found ? found : undefined
}

function treeOf(value: unknown): Tree {
  return isTree(value) ? value : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
