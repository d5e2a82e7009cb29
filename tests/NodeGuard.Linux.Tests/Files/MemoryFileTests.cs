using System.Text;
using NodeGuard.Linux.Files;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Files;

public sealed class MemoryFileTests
{
    [Fact]
    public void What_another_opens_and_writes_is_read_from_the_beginning_and_from_the_end()
    {
        using var file = MemoryFile.Create("apt");
        Write(file, "one two three");

        Encoding.UTF8.GetString(file.Read(100)).ShouldBe("one two three");
        Encoding.UTF8.GetString(file.Read(3)).ShouldBe("one");
        Encoding.UTF8.GetString(file.ReadEnd(5)).ShouldBe("three");
        Encoding.UTF8.GetString(file.ReadEnd(100)).ShouldBe("one two three");
        file.Length.ShouldBe(13);
    }

    [Fact]
    public void Nothing_written_is_nothing_read()
    {
        using var file = MemoryFile.Create("apt");

        file.Read(100).ShouldBeEmpty();
        file.ReadEnd(100).ShouldBeEmpty();
    }

    [Fact]
    public void It_is_closed_with_its_owner_and_no_program_that_is_started_gets_it()
    {
        int descriptor;
        using (var file = MemoryFile.Create("nodeguard-closed"))
        {
            descriptor = (int)file.Handle.DangerousGetHandle();
            // FD_CLOEXEC as fdinfo tells it: O_CLOEXEC, octal.
            Flags(descriptor).ShouldBe(0x80000, "0x80000 is O_CLOEXEC");
            Target(descriptor)!.ShouldContain("nodeguard-closed");
        }

        (Target(descriptor) ?? "").ShouldNotContain("nodeguard-closed");
    }

    [Fact]
    public void A_name_that_the_kernel_refuses_is_an_error_that_names_it() =>
        Should.Throw<IOException>(() => MemoryFile.Create(new string('x', 300))).Message.ShouldContain("no file in memory for xxx");

    private static void Write(MemoryFile file, string text)
    {
        using var other = new FileStream($"/proc/self/fd/{file.Handle.DangerousGetHandle()}", FileMode.Open, FileAccess.Write);
        other.Write(Encoding.UTF8.GetBytes(text));
    }

    private static int Flags(int descriptor) => 0x80000 & Convert.ToInt32(
        File.ReadLines($"/proc/self/fdinfo/{descriptor}").Single(line => line.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim(), 8);

    private static string? Target(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;
}
