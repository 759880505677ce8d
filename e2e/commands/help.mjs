// What the program says of its own commands with --help: the lists that the tables of bad input are
// checked against.
export async function commandsOf(user, path = []) {
  const { out } = await user.run(...path, '--help');
  const below = rows(out, 'Subcommands');
  if (below.length > 0) {
    const found = [];
    for (const row of below) found.push(...await commandsOf(user, [...path, row.split(' ')[0]]));
    return found;
  }
  const [, usage] = /^Usage: mcptrunk (.*)$/m.exec(out);
  const words = usage.split(' ').slice(path.length).filter(word => word !== '[OPTIONS]');
  return [{
    name: path.join(' '),
    path,
    required: words.filter(word => !word.startsWith('[')).length,
    variadic: words.some(word => word.includes('...')),
    optional: words.some(word => word.startsWith('[')),
    options: rows(out, 'Options').filter(row => row.startsWith('-')).map(optionOf)
      .filter(option => option.name !== '--help')
  }];
}

// The lines of a section, without those that go on with one before.
function rows(help, section) {
  const [, text] = new RegExp(`^${section}:\n((?: .*\n)*)`, 'm').exec(help) ?? [, ''];
  return text.split('\n').filter(line => /^ {2}\S/.test(line)).map(line => line.trim());
}

// "-n,--lines LINES   How many": what stands behind the name with one space is its value.
function optionOf(row) {
  const [, name, value] = /^(?:-\w,)?(--[\w-]+)(?: (?!Excludes:)("[^"]+"|\S+))?/.exec(row);
  return { name, takesValue: value !== undefined };
}
