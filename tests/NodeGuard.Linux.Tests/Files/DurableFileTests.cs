using NodeGuard.Linux.Files;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Files;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ng-durable-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void It_takes_the_place_of_what_was_there_and_leaves_nothing_beside_it()
    {
        string path = Path.Combine(_directory, "not", "yet", "there", "file");

        DurableFile.Replace(path, static file => file.Write("one, and long"u8));
        DurableFile.Replace(path, static file => file.Write("two"u8));

        File.ReadAllText(path).ShouldBe("two");
        Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).ShouldBe([path]);
    }

    [Fact]
    public void What_could_not_be_written_leaves_what_was_there()
    {
        string path = Path.Combine(_directory, "file");
        DurableFile.Replace(path, static file => file.Write("one"u8));

        Should.Throw<IOException>(() => DurableFile.Replace(path, static _ => throw new IOException("No space left on device")));

        File.ReadAllText(path).ShouldBe("one");
    }

    [Fact]
    public void A_place_that_is_no_directory_is_told()
    {
        string path = Path.Combine(_directory, "file");
        DurableFile.Replace(path, static file => file.Write("one"u8));

        Should.Throw<IOException>(() => DurableFile.Replace(Path.Combine(path, "below"), static _ => { }));
    }
}
