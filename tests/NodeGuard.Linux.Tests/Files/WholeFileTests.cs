using System.Collections.Concurrent;
using System.Text;
using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Packages.Ways;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Files;

/// <summary>A flock is of an open file, not of a process: threads that each open it are to each other what processes are.</summary>
public sealed class WholeFileTests : IDisposable
{
    private const int Writers = 4;
    private const int Times = 250;

    private readonly string _directory = Directory.CreateTempSubdirectory("ng-whole-").FullName;

    private string FilePath => Path.Combine(_directory, "file");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Of_several_writers_at_once_each_is_served_and_no_reader_sees_a_part()
    {
        string[] contents = [.. Enumerable.Range(0, Writers).Select(static writer => new string((char)('a' + writer), 1 + (writer * 5000)))];
        WholeFile.Replace(FilePath, file => Write(file, contents[0]));
        ConcurrentBag<string> read = [];

        AtOnce(writer =>
        {
            WholeFile.Replace(FilePath, file => Write(file, contents[writer]));
            read.Add(File.ReadAllText(FilePath));
        });

        read.Except(contents).ShouldBeEmpty();
        Directory.GetFileSystemEntries(_directory).ShouldBe([FilePath]);
    }

    [Fact]
    public void The_mark_of_the_hold_is_written_by_the_agent_and_by_a_person_at_once()
    {
        var mark = new HoldMarkFile(new HostRoot(_directory), TimeProvider.System);
        ConcurrentBag<string> problems = [];

        AtOnce(writer =>
        {
            if (mark.Carry(MarkStep.Write, HoldMark.Content($"writer {writer}")) is { } problem)
                problems.Add(problem);
        });

        problems.ShouldBeEmpty();
        mark.Find()!.Content!.ShouldContain("(writer ");
    }

    [Fact]
    public void A_drop_in_is_written_by_the_agent_and_by_a_person_at_once()
    {
        string path = $"{HoldFile.RuntimeUnits}/apt-daily.service.d/{HoldFile.Name}";
        string content = $"{OwnFile.Marker}\n[Unit]\n";
        ConcurrentBag<FileOutcome> outcomes = [];

        AtOnce(_ =>
        {
            var files = new OwnFiles(new HostRoot(_directory), static _ => false);
            foreach (FileOutcome outcome in files.Apply([new PlannedWrite(path, content, "-")], []))
                outcomes.Add(outcome);
        });

        outcomes.Distinct().ShouldBe([new FileOutcome(path, FileChange.Written)]);
        File.ReadAllText(_directory + path).ShouldBe(content);
    }

    [Fact]
    public void What_could_not_be_written_leaves_what_was_there_and_nothing_beside_it()
    {
        WholeFile.Replace(FilePath, static file => Write(file, "one"));

        Should.Throw<IOException>(() => WholeFile.Replace(FilePath, static _ => throw new IOException("No space left on device")));

        File.ReadAllText(FilePath).ShouldBe("one");
        Directory.GetFileSystemEntries(_directory).ShouldBe([FilePath]);
    }

    [Fact]
    public void What_a_crash_left_beside_is_taken_over_or_goes_with_the_file()
    {
        File.WriteAllText(WholeFile.StagedBeside(FilePath), "half of something that was much longer");
        WholeFile.Replace(FilePath, static file => Write(file, "one"));
        File.ReadAllText(FilePath).ShouldBe("one");
        Directory.GetFileSystemEntries(_directory).ShouldBe([FilePath]);

        File.WriteAllText(WholeFile.StagedBeside(FilePath), "half");
        WholeFile.Remove(FilePath);
        Directory.GetFileSystemEntries(_directory).ShouldBeEmpty();
    }

    [Fact]
    public void A_writer_that_is_stopped_does_not_stop_the_others()
    {
        WholeFile.Replace(FilePath, file =>
        {
            Write(file, "one");
            Should.Throw<IOException>(() => WholeFile.Replace(FilePath, static two => Write(two, "two"), TimeSpan.FromMilliseconds(20)))
                .Message.ShouldBe($"{_directory} has been locked by another process for 0.02 s; fuser {_directory} names it");
        });

        File.ReadAllText(FilePath).ShouldBe("one");
    }

    [Fact]
    public void A_directory_that_is_not_there_is_told()
    {
        string path = Path.Combine(_directory, "none", "file");

        Should.Throw<DirectoryNotFoundException>(() => WholeFile.Replace(path, static _ => { })).Message.ShouldContain(Path.GetDirectoryName(path)!);
        Should.Throw<DirectoryNotFoundException>(() => WholeFile.Remove(path));
    }

    private static void Write(FileStream file, string content) => file.Write(Encoding.ASCII.GetBytes(content));

    private static void AtOnce(Action<int> turn)
    {
        using var start = new Barrier(Writers);
        Task[] tasks = [.. Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (int i = 0; i < Times; i++)
                    turn(writer);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WaitAll(tasks);
    }
}
