import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from './catalogue.ts'
import { flowGraph, type FlowGraph } from './flow-graph.ts'
import { parseFlow } from './parse.ts'

function draw(body: string): FlowGraph {
  const { flow, diagnostics } = parseFlow(`id: f\nnamespace: a\n${body}`, { catalogue: createCatalogue([]) })
  assert.ok(flow, JSON.stringify(diagnostics))
  return flowGraph(flow)
}

function edges(graph: FlowGraph): readonly string[] {
  return graph.edges.map(({ source, target, relation: { relationType, value } }) => {
    const short = (uid: string): string => uid.replace('root.', '')
    return `${short(source)} ${relationType}${value === undefined ? '' : `=${value}`} ${short(target)}`
  })
}

const LOG = 'type: core.log.Log, message: x'

test('tasks follow one another between the beginning and the end, handlers hang where they begin', () => {
  const graph = draw(`
tasks: [{ id: a, ${LOG} }, { id: b, ${LOG} }]
errors: [{ id: e, ${LOG} }]
finally: [{ id: z, ${LOG} }]
triggers: [{ id: t, type: core.trigger.Webhook, key: k }]`)

  assert.deepEqual(edges(graph), [
    'triggers.t SEQUENTIAL start',
    'start SEQUENTIAL a',
    'a SEQUENTIAL b',
    'start ERROR e',
    'e SEQUENTIAL end',
    'b FINALLY z',
    'z SEQUENTIAL end',
  ])
  assert.equal(graph.nodes.find(({ uid }) => uid === 'root.e')?.branchType, 'ERRORS')
})

test('a group is a cluster with its own beginning and end, whose edges say how its tasks are chosen', () => {
  const graph = draw(`
tasks:
  - id: fan
    type: core.flow.Parallel
    tasks:
      - { id: a, ${LOG} }
      - id: choice
        type: core.flow.If
        condition: "true"
        then: [{ id: b, ${LOG} }]`)

  assert.deepEqual(
    graph.clusters.map(({ cluster: { uid }, parents }) => [uid, parents]),
    [
      ['cluster_root.fan', []],
      ['cluster_root.fan.choice', ['cluster_root.fan']],
    ],
  )
  assert.deepEqual(graph.flowables, ['root.fan', 'root.fan.choice'])
  assert.ok(edges(graph).includes('fan PARALLEL fan.a'))
  assert.ok(edges(graph).includes('fan.choice CHOICE=true fan.choice.b'))
})

test('in a Dag the edges are the dependencies', () => {
  const graph = draw(`
tasks:
  - id: dag
    type: core.flow.Dag
    tasks:
      - task: { id: a, ${LOG} }
      - { task: { id: b, ${LOG} }, dependsOn: [a] }`)

  for (const edge of ['dag PARALLEL dag.a', 'dag.a PARALLEL dag.b', 'dag.b SEQUENTIAL cluster_dag.end'])
    assert.ok(edges(graph).includes(edge), edges(graph).join(', '))
  assert.equal(edges(graph).length, 6)
})
