// The page of a fault or a crash: its links ask the extension to go to a line, and new content takes the old one's place.
/* global acquireVsCodeApi, CSS, document, Element, window */
(function () {
  const host = acquireVsCodeApi();
  const card = document.getElementById('card');

  card.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('button[data-place]') : null;
    if (link) host.postMessage({ type: 'open', place: Number(link.getAttribute('data-place')) });
  });

  window.addEventListener('message', ({ data }) => {
    if (!data || data.type !== 'content' || typeof data.html !== 'string') return;
    const focused = document.activeElement?.getAttribute('data-place');
    // Made by the extension, which has escaped whatever came from outside; scripts in it would not run here anyway.
    card.innerHTML = data.html;
    if (focused) card.querySelector(`button[data-place="${CSS.escape(focused)}"]`)?.focus();
  });
})();
