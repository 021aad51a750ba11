import { defineErrors } from './define';

const UNTOUCHED = 'The controller keeps the code it had.';

/** LispBM code that cannot be stored or run. */
export const lispErrors = defineErrors({
  'lisp-import': {
    exitStatus: 2,
    text: (d: { file: string; line: number; problem: string }) => ({
      happened: `The import in ${d.file}, line ${d.line}, cannot be read: ${d.problem}.`,
      state: UNTOUCHED,
      next: 'Paths start from the folder of the file that is uploaded.',
    }),
  },
  'lisp-empty': {
    exitStatus: 2,
    text: (d: { file: string }) => ({
      happened: `${d.file} is empty: storing it would only erase what is there.`,
      state: UNTOUCHED,
      next: 'Check that it was saved, and name the file with the program.',
    }),
  },
  'lisp-too-large': {
    exitStatus: 4,
    text: (d: { file: string; size_B: number; limit_B: number }) => ({
      happened: `${d.file} with its imports has ${d.size_B} bytes or more; the controller stores ${d.limit_B}.`,
      state: UNTOUCHED,
      next: 'Leave out imports, or shorten comments.',
    }),
  },
  'no-lispbm': {
    exitStatus: 2,
    text: (d: { hardware: string }) => ({
      happened: `The firmware of the ${d.hardware} has no LispBM: it is older than 6.00, or was built without.`,
      state: 'Nothing on it was changed.',
      next: 'Flash a firmware with LispBM.',
    }),
  },
  'lisp-not-started': {
    exitStatus: 1,
    text: (d: { hardware: string }) => ({
      happened: `LispBM on the ${d.hardware} did not start.`,
      state: 'It may have no code that could run.',
      next: 'Upload a file, and look at what LispBM prints.',
    }),
  },
  'lisp-not-stopped': {
    exitStatus: 1,
    text: (d: { hardware: string }) => ({
      happened: `LispBM on the ${d.hardware} could not be stopped.`,
      state: 'Its program goes on.',
      next: 'Try again; restarting the controller starts the program again, erasing its code does not.',
    }),
  },
  'lisp-upload-cancelled': {
    exitStatus: 5,
    text: (d: { isErased: boolean }) => ({
      happened: 'The upload of the LispBM code was cancelled.',
      state: d.isErased ? 'The controller has no LispBM code now; its firmware is intact.' : UNTOUCHED,
      next: 'Start it again when you are ready.',
    }),
  },
});
