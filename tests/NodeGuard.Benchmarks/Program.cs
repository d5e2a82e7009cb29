using NodeGuard.Benchmarks.Demo;
using NodeGuard.Lab.Tests.Lab;

try
{
    return args is ["demo"]
        ? await DemoCommand.RunAsync()
        : Refuse(args);
}
catch (LabException broken)
{
    await Console.Error.WriteLineAsync($"measurements: {broken.Message}");
    return 2;
}

static int Refuse(string[] args)
{
    Console.Error.WriteLine($"measurements: unknown arguments '{string.Join(' ', args)}'; allowed: demo");
    return 64;
}
