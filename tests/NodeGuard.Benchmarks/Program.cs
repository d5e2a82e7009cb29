using NodeGuard.Benchmarks.Bench;
using NodeGuard.Benchmarks.Demo;
using NodeGuard.Lab.Tests.Lab;

try
{
    return args is ["demo"] ? await DemoCommand.RunAsync() : await BenchCommand.RunAsync(args);
}
catch (LabException broken)
{
    await Console.Error.WriteLineAsync($"measurements: {broken.Message}");
    return 2;
}
