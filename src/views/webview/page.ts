/** Where the parts of the page are, as the webview may load them. */
export interface PageParts {
  readonly title: string;
  readonly script: string;
  readonly style: string;
  /** The only origin that styles may come from. */
  readonly source: string;
  /** Made up for this page alone: only a script that carries it runs. */
  readonly nonce: string;
}

/** The page of a view in a webview. Nothing in it comes from the network, and no script but its own runs. */
export function webviewPage({ title, script, style, source, nonce }: PageParts): string {
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body>
<main id="app"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
