import { isVescError } from '../../src/base/errors';
import { systemClock } from '../../src/base/clock';
import { parseLinkAddress } from '../../src/links/linkAddress';
import { createLinkOpener } from '../../src/links/linkOpener';

/** Run as another user or another program: opens the port named on the command line and tells how it went. */
const address = parseLinkAddress(process.argv[2] ?? '');
createLinkOpener({ clock: systemClock })
  .open(address)
  .then(
    () => process.stdout.write(`${JSON.stringify({ open: true })}\n`),
    (error: unknown) => {
      if (!isVescError(error)) throw error;
      process.stdout.write(`${JSON.stringify({ code: error.code, details: error.details })}\n`);
    },
  );
