import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A Dockerfile with its context; what BuildKit makes of it is in recorded/buildkit.json. */
export interface DockerfileCase {
  dockerfile: string;
  /** Of the context; a name with `->` is a link, one that ends in `/` an empty folder. */
  files?: Readonly<Record<string, string>>;
  args?: Readonly<Record<string, string>>;
  target?: string;
  /** Where the mistake is, when BuildKit points elsewhere. */
  line?: number;
}

const copyOf = (sources: string, before = ''): string => `FROM scratch\n${before}COPY ${sources} /out/\n`;
const tree = { 'a.txt': 'a', 'src/main.ts': 'm', 'src/deep/x.ts': 'x', 'src/deep/y.md': 'y', 'empty/': '' };
const ignoring = (rules: string) => ({ ...tree, '.dockerignore': rules });

/** Built by the recorder with BuildKit, and checked by the tests. */
export const dockerfileCases: Readonly<Record<string, DockerfileCase>> = {
  'a file': { dockerfile: copyOf('a.txt'), files: tree },
  'a folder': { dockerfile: copyOf('src'), files: tree },
  'the context': { dockerfile: copyOf('.'), files: tree },
  'an empty folder': { dockerfile: copyOf('empty'), files: tree },
  'a path with ./ and ..': { dockerfile: copyOf('./src/../../a.txt'), files: tree },
  'a missing file': { dockerfile: copyOf('nope.txt'), files: tree },
  'a missing file below a folder': { dockerfile: copyOf('src/nope/x'), files: tree },
  'one of several missing': { dockerfile: copyOf('a.txt nope.txt src'), files: tree },
  'a missing file in JSON form': { dockerfile: 'FROM scratch\nCOPY ["a.txt", "no pe.txt", "/out/"]\n', files: tree },
  'a file in the wrong case': { dockerfile: copyOf('A.txt'), files: tree },
  'a missing file on a continued line': {
    dockerfile: 'FROM scratch\n\n# all of it\nCOPY a.txt \\\n  # and this\n\n  nope.txt \\\n  /out/\n',
    files: tree,
  },
  'an ADD of a missing file': { dockerfile: 'FROM scratch\nADD nope.tar.gz /\n', files: tree },
  'a pattern': { dockerfile: copyOf('src/*.ts'), files: tree },
  'a pattern of folders': { dockerfile: copyOf('s*c/d??p/[x-z].*'), files: tree },
  'a pattern that matches nothing': { dockerfile: copyOf('*.nope'), files: tree },
  'a pattern whose folder is missing deep down': { dockerfile: copyOf('src/nope/deep/*.ts'), files: tree },
  'a pattern whose folder is ignored': { dockerfile: copyOf('src/*.ts'), files: { ...tree, '.dockerignore': 'src\n' } },
  'a pattern whose folder is missing': { dockerfile: copyOf('nope/*.ts'), files: tree },

  'a file that is ignored': { dockerfile: copyOf('a.txt'), files: ignoring('a.txt\n') },
  'a file of a folder that is ignored': { dockerfile: copyOf('src/main.ts'), files: ignoring('src\n') },
  'a folder that is ignored': { dockerfile: copyOf('src'), files: ignoring('src/\n') },
  'a folder whose content is ignored': { dockerfile: copyOf('src'), files: ignoring('src/*\n') },
  'a file that is taken back': { dockerfile: copyOf('src/main.ts'), files: ignoring('src\n!src/main.ts\n') },
  'a folder with a file that is taken back': { dockerfile: copyOf('src'), files: ignoring('src\n!src/deep/x.ts\n') },
  'another file than the one taken back': { dockerfile: copyOf('src/deep/y.md'), files: ignoring('*\n!src/main.ts\n') },
  'a file ignored at any depth': { dockerfile: copyOf('src/deep/y.md'), files: ignoring('**/*.md\n') },
  'a file with a leading slash in .dockerignore': { dockerfile: copyOf('a.txt'), files: ignoring('/a.txt\n') },
  'everything ignored and the context copied': { dockerfile: copyOf('.'), files: ignoring('*\n') },
  'a comment in .dockerignore': { dockerfile: copyOf('a.txt'), files: ignoring('# a.txt\n\n') },

  'a link to a file': { dockerfile: copyOf('link'), files: { ...tree, 'link->': 'a.txt' } },
  'a file below a link to a folder': { dockerfile: copyOf('link/main.ts'), files: { ...tree, 'link->': 'src' } },
  'a link to nothing': { dockerfile: copyOf('link'), files: { ...tree, 'link->': 'nope' } },
  'a file below a link that leads outside': {
    dockerfile: copyOf('link/hostname'),
    files: { ...tree, 'link->': '/etc' },
  },
  'a link whose target is ignored': {
    dockerfile: copyOf('link'),
    files: { ...ignoring('a.txt\n'), 'link->': 'a.txt' },
  },

  'ARG with a default in a source': { dockerfile: copyOf('$DIR/main.ts', 'ARG DIR=src\n'), files: tree },
  'ARG from outside in a source': {
    dockerfile: copyOf('${DIR}/main.ts', 'ARG DIR=nope\n'),
    files: tree,
    args: { DIR: 'src' },
  },
  'ARG without a value in a source': { dockerfile: copyOf('x${DIR}/main.ts', 'ARG DIR\n'), files: tree },
  'ARG before FROM is not seen in a stage': { dockerfile: `ARG DIR=src\n${copyOf('x$DIR/main.ts')}`, files: tree },
  'ARG before FROM is seen once it is declared': {
    dockerfile: `ARG DIR=src\n${copyOf('$DIR/main.ts', 'ARG DIR\n')}`,
    files: tree,
  },
  'ENV in a source': { dockerfile: copyOf('$DIR/main.ts', 'ENV DIR=src\n'), files: tree },
  'ENV in the old form': { dockerfile: copyOf('${DIR}/main.ts', 'ENV DIR src\n'), files: tree },
  'a variable of the stage before': {
    dockerfile: 'FROM scratch AS one\nARG DIR=src\nFROM one\nCOPY $DIR/main.ts /\n',
    files: tree,
  },
  'a default by :-': { dockerfile: copyOf('${DIR:-src}/main.ts'), files: tree },
  'a default by - of an empty variable': { dockerfile: copyOf('x${DIR-src}/main.ts', 'ARG DIR=\n'), files: tree },
  'a value by :+': { dockerfile: copyOf('${DIR:+src}/main.ts', 'ARG DIR=yes\n'), files: tree },
  'a variable that must be set': { dockerfile: copyOf('${DIR:?name it}/main.ts'), files: tree },
  'the front cut off': { dockerfile: copyOf('${DIR#*/}/main.ts', 'ARG DIR=a/src\n'), files: tree },
  'the end cut off': { dockerfile: copyOf('${DIR%%/*}/main.ts', 'ARG DIR=src/b/c\n'), files: tree },
  'a part replaced': { dockerfile: copyOf('${DIR/crs/src}/main.ts', 'ARG DIR=crs\n'), files: tree },
  'an escaped dollar': { dockerfile: copyOf(String.raw`\$DIR`, 'ARG DIR=src\n'), files: tree },
  'a brace that is not closed': { dockerfile: copyOf('${DIR'), files: tree },
  'a modifier that there is not': { dockerfile: copyOf('${DIR:x}'), files: tree },
  'the architecture in a source': {
    dockerfile: copyOf('bin-$TARGETARCH', 'ARG TARGETARCH\n'),
    files: { 'bin-amd64': 'x' },
  },

  '--parents': { dockerfile: 'FROM scratch\nCOPY --parents src/main.ts a.txt /out/\n', files: tree },
  '--parents of a missing file': { dockerfile: 'FROM scratch\nCOPY --parents src/nope.ts /out/\n', files: tree },
  '--parents with a pivot': { dockerfile: 'FROM scratch\nCOPY --parents src/./deep/x.ts /out/\n', files: tree },
  '--parents of a pattern without a match': {
    dockerfile: 'FROM scratch\nCOPY --parents **/*.nope /out/\n',
    files: tree,
  },
  '--exclude': { dockerfile: 'FROM scratch\nCOPY --exclude=*.md --exclude=deep src /out/\n', files: tree },
  '--exclude of the only source': { dockerfile: 'FROM scratch\nCOPY --exclude=a.txt a.txt /out/\n', files: tree },
  '--chmod and --chown': { dockerfile: 'FROM scratch\nCOPY --chmod=0755 --chown=1001:1001 a.txt /\n', files: tree },
  '--chmod of letters': { dockerfile: 'FROM scratch\nCOPY --chmod=u=rwX,go=rX a.txt /\n', files: tree },
  'a wrong --chmod': { dockerfile: 'FROM scratch\nCOPY --chmod=0999 a.txt /\n', files: tree },
  'a flag that there is not': { dockerfile: 'FROM scratch\nCOPY --chownn=1 a.txt /\n', files: tree },
  'a flag twice': { dockerfile: 'FROM scratch\nCOPY --chown=1 --chown=2 a.txt /\n', files: tree },
  'a flag without a value': { dockerfile: 'FROM scratch\nCOPY --chown a.txt /\n', files: tree },
  'a switch with a wrong value': { dockerfile: 'FROM scratch\nCOPY --link=maybe a.txt /\n', files: tree },
  'a COPY without a destination': { dockerfile: 'FROM scratch\nCOPY a.txt\n', files: tree },
  'a COPY of a URL': { dockerfile: 'FROM scratch\nCOPY https://example.test/a /\n', files: tree },
  'a COPY of a repository': { dockerfile: 'FROM scratch\nCOPY https://example.test/a.git /\n', files: tree },

  'here-documents': {
    dockerfile:
      'FROM busybox:1.37\nCOPY <<one.txt <<"two.txt" /out/\n1\none.txt\nFROM nothing $x\ntwo.txt\nRUN <<EOF\ntest -f /out/one.txt\n\ttrue\nEOF\n',
  },
  'a here-document with tabs': { dockerfile: 'FROM scratch\nCOPY <<-END /x\n\tone\n\tEND\n' },
  'a here-document without an end': { dockerfile: 'FROM scratch\nCOPY <<EOF /x\none\n EOF\n' },
  'a here-document as the destination': { dockerfile: 'FROM scratch\nCOPY a.txt <<EOF\nx\nEOF\n', files: tree },
  'a shift that is no here-document': { dockerfile: 'FROM busybox:1.37\nRUN echo $((1<<2)) x<<y\n' },

  'lower case': { dockerfile: 'from scratch as one\ncopy a.txt /\n', files: tree },
  'comments, empty lines and carriage returns': {
    dockerfile: '# one\r\n\r\nFROM scratch\r\n  # two\r\n\r\nCOPY a.txt \\\r\n\r\n  /out/\r\n',
    files: tree,
  },
  'a byte order mark': { dockerfile: '\uFEFFFROM scratch\nCOPY a.txt /\n', files: tree },
  'the escape directive': {
    dockerfile: '# escape=`\nFROM scratch\nCOPY a.txt `\n  src/main.ts `\n  /out/\n',
    files: tree,
  },
  'the escape directive after a comment': {
    dockerfile: '# a comment\n# escape=`\nFROM scratch\nCOPY a.txt \\\n  nope.txt /out/\n',
    files: tree,
  },
  'a wrong escape directive': { dockerfile: '# escape=x\nFROM scratch\nCOPY a.txt /\n', files: tree },
  'the escape directive twice': {
    dockerfile: '# escape=`\n# escape=`\nFROM scratch\nCOPY a.txt /\n',
    files: tree,
    line: 2,
  },
  'a file without instructions': { dockerfile: '# nothing\n' },
  'an empty file': { dockerfile: '' },
  'only ARG': { dockerfile: 'ARG A=1\n' },
  'a line before FROM': { dockerfile: 'RUN true\nFROM scratch\n' },
  'an unknown instruction': { dockerfile: 'FROM scratch\nCPOY a.txt /\n', files: tree },
  'an unknown instruction in lower case': { dockerfile: 'FROM scratch\nadb a.txt /\n', files: tree },
  'an instruction like no other': { dockerfile: 'FROM scratch\nINCLUDE other\n' },
  'a RUN that was not continued': { dockerfile: 'FROM busybox:1.37\nRUN true &&\n    true\n' },
  'a RUN with an unknown flag': { dockerfile: 'FROM busybox:1.37\nRUN --mont=type=cache,target=/c true\n' },
  'a mount of an unknown type': { dockerfile: 'FROM busybox:1.37\nRUN --mount=type=cahce,target=/c true\n' },
  'a mount with an unknown key': { dockerfile: 'FROM busybox:1.37\nRUN --mount=type=cache,tragte=/c true\n' },
  'a mount from a variable': { dockerfile: 'FROM busybox:1.37\nRUN --mount=from=$X,target=/c true\n' },
  mounts: {
    dockerfile:
      'FROM busybox:1.37 AS tools\nRUN touch /tool\nFROM busybox:1.37\nRUN --mount=type=cache,target=/c --mount=from=tools,source=/tool,target=/tool --mount=source=a.txt,target=/a.txt test -f /tool -a -f /a.txt\n',
    files: tree,
  },
  'a mount of a missing file': {
    dockerfile: 'FROM busybox:1.37\nRUN --mount=source=nope,target=/c true\n',
    files: tree,
  },
  'an array of numbers': { dockerfile: 'FROM scratch\nCMD [1, 2]\n' },
  'an array that is none': { dockerfile: "FROM busybox:1.37\nRUN true\nCMD ['a', 'b']\n" },
  'SHELL without JSON': { dockerfile: 'FROM busybox:1.37\nSHELL /bin/sh -c\nRUN true\n' },
  SHELL: { dockerfile: 'FROM busybox:1.37\nSHELL ["/bin/sh", "-ec"]\nRUN true\n' },
  'ENV without a value': { dockerfile: 'FROM scratch\nENV A\n' },
  'ENV with a blank': { dockerfile: 'FROM scratch\nENV A=1 B\n' },
  'ENV without a name': { dockerfile: 'FROM scratch\nENV =1\n' },
  'USER without a name': { dockerfile: 'FROM scratch\nUSER\n' },
  'LABEL without anything': { dockerfile: 'FROM scratch\nLABEL\n' },
  'a health check of an unknown kind': { dockerfile: 'FROM busybox:1.37\nHEALTHCHECK RUN true\nRUN true\n' },
  'a health check without a command': { dockerfile: 'FROM busybox:1.37\nHEALTHCHECK --interval=5s CMD\nRUN true\n' },
  'no health check': { dockerfile: 'FROM busybox:1.37\nHEALTHCHECK NONE\nRUN true\n' },
  ports: { dockerfile: 'FROM scratch\nENV P=90\nEXPOSE 80 443/tcp 53/udp 8000-8002 $P\nCOPY a.txt /\n', files: tree },
  'a port that is a word': { dockerfile: 'FROM scratch\nEXPOSE http\nCOPY a.txt /\n', files: tree },
  'a port of an unknown protocol': { dockerfile: 'FROM scratch\nEXPOSE 80/http\nCOPY a.txt /\n', files: tree },
  'a port that is too large': { dockerfile: 'FROM scratch\nEXPOSE 80000\nCOPY a.txt /\n', files: tree },

  stages: {
    dockerfile:
      'FROM busybox:1.37 AS build\nWORKDIR /app\nCOPY . .\nRUN touch out\nFROM busybox:1.37\nWORKDIR /srv\nCOPY --from=build /app/out ./\nCOPY --from=0 /app/out /x\nCMD ["true"]\n',
    files: tree,
  },
  'a stage that is not needed': {
    dockerfile: 'FROM scratch AS unused\nCOPY nope.txt /\nFROM scratch\nCOPY a.txt /\n',
    files: tree,
  },
  'a target': {
    dockerfile: 'FROM scratch AS one\nCOPY a.txt /\nFROM scratch AS two\nCOPY nope /\n',
    files: tree,
    target: 'one',
  },
  'a target in another case': { dockerfile: 'FROM scratch AS One\nCOPY a.txt /\n', files: tree, target: 'oNe' },
  'an unknown target': { dockerfile: 'FROM scratch AS builder\nCOPY a.txt /\n', files: tree, target: 'biulder' },
  'a target like no other': {
    dockerfile: 'FROM scratch AS builder\nCOPY a.txt /\n',
    files: tree,
    target: 'production',
  },
  'a FROM of a stage': { dockerfile: 'FROM scratch AS one\nCOPY a.txt /\nFROM one\nCOPY src /src/\n', files: tree },
  'a COPY from an image': { dockerfile: 'FROM scratch\nCOPY --from=busybox:1.37 /bin/busybox /\n' },
  'a COPY from a stage that is nearly named': {
    dockerfile: 'FROM scratch AS builder\nCOPY a.txt /\nFROM scratch\nCOPY --from=biulder /a.txt /\n',
    files: tree,
  },
  'a FROM of a stage that is nearly named': {
    dockerfile: 'FROM scratch AS builder\nCOPY a.txt /\nFROM biulder\nCOPY a.txt /\n',
    files: tree,
  },
  'a FROM of a stage further down': {
    dockerfile: 'FROM later\nCOPY a.txt /\nFROM scratch AS later\nCOPY a.txt /\n',
    files: tree,
    target: '',
  },
  'a COPY from a stage further down': {
    dockerfile: 'FROM scratch AS one\nCOPY --from=two /a.txt /\nFROM scratch AS two\nCOPY a.txt /\n',
    files: tree,
    target: 'one',
  },
  'a COPY from its own stage': { dockerfile: 'FROM scratch AS one\nCOPY --from=one /a.txt /\n', files: tree },
  'a COPY from a number that there is not': { dockerfile: 'FROM scratch\nCOPY --from=3 /a.txt /\n' },
  'a COPY from a variable': { dockerfile: 'ARG S=one\nFROM scratch\nCOPY --from=$S /a.txt /\n' },
  'FROM with an ARG': { dockerfile: 'ARG TAG=1.37\nFROM busybox:${TAG}\nRUN true\n' },
  'FROM with an ARG from outside': { dockerfile: 'ARG TAG=nope\nFROM busybox:$TAG\nRUN true\n', args: { TAG: '1.37' } },
  'FROM with an ARG that has a default': { dockerfile: 'ARG BASE\nFROM ${BASE:-busybox:1.37}\nRUN true\n' },
  'FROM with nothing': { dockerfile: 'ARG BASE\nFROM $BASE\nRUN true\n' },
  'FROM with two words': { dockerfile: 'FROM busybox 1.37\nRUN true\n' },
  'FROM with a wrong name of a stage': { dockerfile: 'FROM busybox:1.37 AS 1st\nRUN true\n' },
  'FROM with a blank in the tag': { dockerfile: 'FROM busybox:1.37:2\nRUN true\n' },
  'FROM in upper case': { dockerfile: 'FROM BusyBox\nRUN true\n' },
  'FROM with a wrong flag': { dockerfile: 'FROM --plattform=linux/amd64 busybox:1.37\nRUN true\n' },
  'FROM with a platform': { dockerfile: 'FROM --platform=$BUILDPLATFORM busybox:1.37\nRUN true\n' },
  ONBUILD: {
    dockerfile: 'FROM busybox:1.37 AS base\nONBUILD COPY a.txt /\nONBUILD RUN test -f /a.txt\nFROM base\nRUN true\n',
    files: tree,
  },
  'ONBUILD of a missing file': {
    dockerfile: 'FROM busybox:1.37 AS base\nONBUILD COPY nope.txt /\nFROM base\nRUN true\n',
    files: tree,
    line: 2,
  },
  'ONBUILD ONBUILD': { dockerfile: 'FROM scratch\nONBUILD ONBUILD RUN true\n' },
  'ONBUILD FROM': { dockerfile: 'FROM scratch\nONBUILD FROM scratch\n' },
  'the names of steps': {
    dockerfile:
      'FROM busybox:1.37\nARG WORD=one\nENV PLACE=/srv\nWORKDIR $PLACE/$WORD\nRUN echo "$WORD ${UNSET}" \\\n  && echo \'$WORD\'\nCOPY a.txt "$PLACE/a b"\ncopy --chown=1:1 src ./\nADD a.txt ${UNSET}/b\nRUN <<EOF\necho one\necho two\nEOF\nRUN cat <<EOF > /x\nx\nEOF\nRUN ["echo", "$WORD"]\nCOPY <<f /\nx\nf\nWORKDIR sub\n',
    files: tree,
  },
};

/** Writes Dockerfile and context into a new folder; `remove` takes it away. */
export async function writeCase({ dockerfile, files = {} }: DockerfileCase) {
  const folder = await mkdtemp(join(tmpdir(), 'dw-images-'));
  const context = join(folder, 'context');
  await mkdir(context);
  for (const [name, content] of Object.entries(files)) {
    const path = join(context, name.replace(/->$/, ''));
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('->')) await symlink(content, path);
    else if (!name.endsWith('/')) await writeFile(path, content);
  }
  const path = join(folder, 'Dockerfile');
  await writeFile(path, dockerfile);
  return { context, dockerfile: path, remove: () => rm(folder, { recursive: true, force: true }) };
}
