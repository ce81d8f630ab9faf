// Functions that say best in jq what they are.
import { parseJqDefinitions } from './parse-jq.ts'
import type { JqDefinition } from './syntax-jq.ts'

const SOURCE = `
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def select(f): if f then . else empty end;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def scalars: select(type != "array" and type != "object");
def isfinite: type == "number" and (isinfinite | not);
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def last(f): reduce f as $x (null; $x);
def nth($n; f): if $n < 0 then error("Out of bounds negative array index") else last(limit($n + 1; f)) end;
def in(xs): . as $x | xs | has($x);
def inside(xs): . as $x | xs | contains($x);
def any: any(.[]; .);
def any(f): any(.[]; f);
def all: all(.[]; .);
def all(f): all(.[]; f);
def with_entries(f): to_entries | map(f) | from_entries;
def paths: paths(. != null);
def paths(f): path(.. | select(f)) | select(length > 0);
def leaf_paths: paths(scalars);
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $rest | [$x] + $rest end;
def combinations($n): . as $dot | [range($n) | $dot] | combinations;
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
def fromstream(f): {x: null, e: false} as $start
  | foreach f as $i ($start;
      (if .e then $start else . end)
      | if $i | length == 2
        then .e = ($i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
        else .e = ($i[0] | length == 1) end;
      if .e then .x else empty end);
def truncate_stream(f): . as $n | null | f | if (.[0] | length) > $n then .[0] |= .[$n:] else empty end;
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def INDEX(f; key): reduce f as $row ({}; .[$row | key | tostring] |= $row);
def INDEX(key): INDEX(.[]; key);
def pick(f): . as $top | reduce path(f) as $p (null; setpath($p; $top | getpath($p)));
def halt_error: error;
`

let known: ReadonlyMap<string, JqDefinition> | undefined

/** Read when a program first calls one: most servers never see jq. */
export function prelude(): ReadonlyMap<string, JqDefinition> {
  known ??= new Map(
    parseJqDefinitions(SOURCE).map(definition => [`${definition.name}/${definition.parameters.length}`, definition]),
  )
  return known
}
