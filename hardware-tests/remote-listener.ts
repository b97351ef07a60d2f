import { get } from 'node:http';

/*
 * Listens to the URL that it is given and hands the bytes on. A process of its own, so that it can be put behind a link of
 * its own (ip-netns(8)).
 */
get(process.argv[2] ?? '', (answer) => {
  if (answer.statusCode !== 200) process.exit(1);
  answer.pipe(process.stdout);
}).on('error', () => process.exit(1));
process.stdout.on('error', () => process.exit(0));
