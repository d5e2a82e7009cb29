using System.Diagnostics;
using System.Runtime.InteropServices;
using NodeGuard.Linux.Processes;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Processes;

public sealed partial class LibraryEnvironmentTests
{
    private const string Name = "NODEGUARD_TEST_LIBRARY_VARIABLE";

    [Fact]
    public async Task Native_code_sees_the_variable_and_programs_that_are_started_do_not()
    {
        LibraryEnvironment.Set(Name, "here");

        Marshal.PtrToStringUTF8(GetVariable(Name)).ShouldBe("here");
        Environment.GetEnvironmentVariable(Name).ShouldBeNull();
        using var env = Process.Start(new ProcessStartInfo("/usr/bin/env") { RedirectStandardOutput = true })!;
        var output = await env.StandardOutput.ReadToEndAsync();
        output.ShouldContain("PATH=");
        output.ShouldNotContain(Name);
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetVariable(string name);
}
