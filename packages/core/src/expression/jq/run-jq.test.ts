import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Double } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { encodeValue } from '../../std/value-json.ts'
import { Fault } from '../fault.ts'
import { Fuel } from '../fuel.ts'
import { runJq } from './run-jq.ts'

const DATA =
  '{"a":1,"b":[1,2,{"c":"x"}],"s":"foo bar foo","o":{"z":1,"y":{"k":[3]}},"users":[{"id":3,"n":"bob","g":"a"},{"id":1,"n":"al","g":"b"},{"id":2,"n":"cy","g":"a"}]}'

function run(program: string, input: Value = DATA): string {
  return encodeValue(runJq(program, input, { fuel: new Fuel(), nowMs: 1_700_000_000_000 }))
}

// What jq 1.6 prints, as one list.
const PROGRAMS: readonly (readonly [program: string, outputs: string])[] = [
  ['.b[1:], .b[:-1], .s[4:7]', '[[2,{"c":"x"}],[1,2],"bar"]'],
  ['[.b[]?.c?]', '[["x"]]'],
  ['.users|group_by(.g)|map(length)', '[[2,1]]'],
  ['.users|min_by(.id).n,max_by(.id).n', '["al","bob"]'],
  ['.users|map({(.n):.id})|add', '[{"bob":3,"al":1,"cy":2}]'],
  ['.o|with_entries(.key|=ascii_upcase)', '[{"Z":1,"Y":{"k":[3]}}]'],
  ['[paths(type=="number")]|length', '[8]'],
  ['del(.users[]|select(.id==1))|.users|length', '[2]'],
  ['(.users[]|select(.g=="a")|.n)="Z"|[.users[].n]', '[["Z","al","Z"]]'],
  ['.new.deep[1]="x"|.new', '[{"deep":[null,"x"]}]'],
  ['.users[].id|=.*2|[.users[].id]', '[[6,2,4]]'],
  ['[foreach .users[] as $u (0; .+$u.id; [$u.n,.])]', '[[["bob",3],["al",4],["cy",6]]]'],
  ['. as {a:$x,b:[$y]}|[$x,$y]', '[[1,1]]'],
  ['"\\(1,2) \\(3,4)"', '["1 3","2 3","1 4","2 4"]'],
  ['(1,2)+(10,20)', '[11,12,21,22]'],
  ['{"x":(1,2),"y":(3,4)}|[.x,.y]', '[[1,3],[1,4],[2,3],[2,4]]'],
  ['[1,"a\\"b",null,true]|@csv', '["1,\\"a\\"\\"b\\",,true"]'],
  ['[.s|match("foo";"g").offset]', '[[0,8]]'],
  ['.s|capture("(?<first>\\\\w+) (?<second>\\\\w+)")', '[{"first":"foo","second":"bar"}]'],
  ['.s|gsub("(?<l>o)";"<\\(.l)>")', '["f<o><o> bar f<o><o>"]'],
  ['label $out|foreach .b[] as $x (0;.+1; if .==2 then .,break $out else . end)', '[1,2]'],
  ['def fac: if .<=1 then 1 else .*(.-1|fac) end; 5|fac', '[120]'],
  ['def f(g): [g,g]; f(.a,2)', '[[1,2,1,2]]'],
  ['[limit(3;.b[],.users[])]|length', '[3]'],
  ['try error({a:1}) catch .a', '[1]'],
  ['[.b[]|try (if type=="object" then error("o") else . end) catch "c"]', '[[1,2,"c"]]'],
  ['{"a":{"b":1}}*{"a":{"c":2}}', '[{"a":{"b":1,"c":2}}]'],
  ['[[1,2],[3,4]]|[combinations]', '[[[1,3],[1,4],[2,3],[2,4]]]'],
  ['fromstream(tostream)|.a', '[1]'],
  ['[null,false,1,"a",[],{}]|sort', '[[null,false,1,"a",[],{}]]'],
  ['1425599621|todate', '["2015-03-05T23:53:41Z"]'],
  ['$__loc__', '[{"file":"<top-level>","line":1}]'],
]

test('programs give what jq gives', () => {
  for (const [program, outputs] of PROGRAMS) assert.equal(run(program), outputs, program)
})

test('numbers that come out whole are integers, but functions of mathematics give doubles', () => {
  assert.equal(run('4 / 2, 1.5 + 1.5, (2.5 | floor), (2.5 | floor | tostring), (16 | sqrt)'), '[2,3,2.0,"2",4.0]')
  assert.equal(run('.', { d: new Double(4) }), '[{"d":4.0}]')
  assert.equal(run('9007199254740993 + 1'), '[9007199254740994]')
})

test('entries that are null are gone before the program runs, unless the input is JSON text', () => {
  assert.equal(run('has("b"), length', { a: 1, b: null }), '[false,1]')
  assert.equal(run('has("b"), length', '{"a":1,"b":null}'), '[true,2]')
  assert.equal(run('.', [1, null]), '[[1,null]]')
  assert.equal(run('.', ''), '[null]')
})

test('what is wrong with a program or its input is a fault of value', () => {
  for (const program of [
    '.a |',
    '.[',
    '$x',
    'nosuch',
    'env',
    '$ENV',
    'error("x")',
    '.a.b',
    '"\\(1"',
    'import "m" as m; .',
    'break $x',
  ]) {
    assert.throws(
      () => run(program),
      (error: unknown) => error instanceof Fault && error.kind === 'VALUE',
      program,
    )
  }
  assert.throws(
    () => run('.', 'not json'),
    (error: unknown) => error instanceof Fault && error.kind === 'VALUE',
  )
})

test('an error that the rest of the program raises is not caught by a try before it', () => {
  assert.equal(run('try ((try 1 catch "inner") | error("outer")) catch .'), '["outer"]')
  assert.equal(run('[(1 // 2) | try error("x") catch .]'), '[["x"]]')
})
