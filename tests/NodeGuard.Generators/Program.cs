using NodeGuard.Generators.Crds;

if (args is not [var directory])
{
    await Console.Error.WriteLineAsync("usage: NodeGuard.Generators DIRECTORY, where the definitions are written, deploy/crds");
    return 2;
}

Directory.CreateDirectory(directory);
foreach ((string name, string text) in CrdFiles.All())
    await File.WriteAllTextAsync(Path.Combine(directory, name), text);
return 0;
