// What runs in the page that is measured: it notes what the browser tells of itself, and when something can be seen.
/* global document, performance, requestAnimationFrame, addEventListener, PerformanceObserver, MessageChannel */
{
  const probe = {
    longTasks: [],
    events: [],
    shift: 0,
    shiftMost: 0,
    shiftOf: '',
    largestMs: 0,
    firstMs: 0,
    shellMs: 0,
    contentMs: 0,
    keyMs: 0,
    contentIs: undefined,
  }
  /** What somebody would look for in the sources. */
  const nameOf = node => {
    const element = node?.nodeType === 1 ? node : node?.parentElement
    return element ? `${element.localName}.${String(element.className).split(' ')[0]}` : '?'
  }
  const observe = (type, hear, more = {}) =>
    new PerformanceObserver(list => list.getEntries().forEach(hear)).observe({ type, buffered: true, ...more })
  observe('longtask', ({ startTime, duration }) => probe.longTasks.push([startTime, duration]))
  observe('largest-contentful-paint', ({ startTime }) => (probe.largestMs = startTime))
  observe('paint', ({ name, startTime }) => name === 'first-contentful-paint' && (probe.firstMs = startTime))
  observe('layout-shift', ({ value, hadRecentInput, sources }) => {
    if (hadRecentInput) return
    probe.shift += value
    if (value <= probe.shiftMost) return
    probe.shiftMost = value
    probe.shiftOf = sources.map(({ node }) => nameOf(node)).join(', ')
  })
  observe(
    'event',
    ({ interactionId, duration, name }) => interactionId && probe.events.push([interactionId, duration, name]),
    {
      durationThreshold: 16,
    },
  )
  performance.setResourceTimingBufferSize(5_000)

  /** After what is there now has been painted. */
  const painted = () => until(() => true)
  /** What the selector finds, in the shadow tree of the editor as well. */
  const find = selector => {
    const own = document.querySelector(selector)
    return own ?? document.querySelector('[data-code-editor]')?.shadowRoot?.querySelector(selector) ?? undefined
  }
  /** When the condition holds and is painted. It is looked at right before each frame, which draws what is there then; the message comes after it. */
  const until = (isThere, patienceMs = 30_000) =>
    new Promise((resolve, reject) => {
      const endMs = performance.now() + patienceMs
      const look = () => {
        if (isThere()) {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => resolve(performance.now())
          port2.postMessage(0)
        } else if (performance.now() > endMs) reject(new Error(`not there after ${patienceMs} ms: ${isThere}`))
        else requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
  /** From now on, the time between frames; `stop` tells them. */
  const frames = () => {
    const taken = []
    let last
    let isOn = true
    const note = at => {
      if (last !== undefined) taken.push(at - last)
      last = at
      if (isOn) requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
    return {
      stop: () => {
        isOn = false
        return taken
      },
    }
  }
  /** From the next key or press on until it is painted, and from it until the condition holds. */
  const fromInput = (type, isThere) =>
    new Promise((resolve, reject) => {
      let isHeard = false
      setTimeout(
        () => reject(new Error(isHeard ? `nothing came of the ${type}: ${isThere}` : `no ${type} in 30 s`)),
        30_000,
      )
      addEventListener(
        type,
        () => {
          isHeard = true
          const startMs = performance.now()
          until(isThere ?? (() => true)).then(endMs => resolve(endMs - startMs), reject)
        },
        { capture: true, once: true },
      )
    })
  addEventListener(
    'keydown',
    () => {
      if (probe.contentMs > 0 && probe.keyMs === 0) void painted().then(ms => (probe.keyMs = ms))
    },
    { capture: true },
  )
  until(() => document.querySelector('nav')).then(
    ms => (probe.shellMs = ms),
    () => {},
  )
  const waitForContent = () => {
    if (globalThis.probeContent !== undefined)
      until(() => find(globalThis.probeContent), 90_000).then(
        ms => (probe.contentMs = ms),
        () => {},
      )
  }
  waitForContent()
  globalThis.probe = Object.assign(probe, { painted, find, until, frames, fromInput })
}
