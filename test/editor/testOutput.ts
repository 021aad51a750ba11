/** Stands, unseen, before every line that the test report prints, to tell it from what the editor itself logs. */
export const TEST_OUTPUT = '\u2063';
