// What the pages without a shell do where scripts run: they look at themselves again while something goes on, ask for the fields that follow from what was
// typed, follow a redirect, and send a form once.

/** Stands in the page as it is, and in its policy by its hash. */
export const PAGE_SCRIPT = `
'use strict';
const LOOK_MS = 1000;
const mainNow = () => document.querySelector('main');
const parse = html => new DOMParser().parseFromString(html, 'text/html').querySelector('main');
const swap = next => {
  const now = mainNow();
  if (!next || next.dataset.mark === now.dataset.mark) return;
  const focused = document.activeElement && document.activeElement.id;
  now.replaceWith(next);
  if (focused) document.getElementById(focused)?.focus();
  follow();
};
const follow = () => {
  const to = document.querySelector('a[data-redirect]');
  if (to) location.replace(to.href);
};
const look = async () => {
  if (mainNow().dataset.live !== 'true') return;
  if (!document.hidden) {
    try {
      const reply = await fetch(location.href, { headers: { accept: 'text/html' } });
      swap(parse(await reply.text()));
    } catch {}
  }
  setTimeout(look, LOOK_MS);
};
setTimeout(look, LOOK_MS);
follow();
document.addEventListener('change', async event => {
  const form = event.target.closest('form[data-check]');
  if (!form) return;
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  try {
    const reply = await fetch(form.dataset.check, { method: 'POST', body });
    const next = parse(await reply.text())?.querySelector('form[data-check]');
    if (!next || next.dataset.fields === form.dataset.fields) return;
    const focused = document.activeElement && document.activeElement.id;
    form.replaceWith(next);
    if (focused) document.getElementById(focused)?.focus();
  } catch {}
});
document.addEventListener('submit', event => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'true';
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});
`
