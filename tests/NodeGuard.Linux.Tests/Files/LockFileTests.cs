using NodeGuard.Linux.Files;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Files;

public sealed class LockFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ng-lock-").FullName;

    private string LockPath => Path.Combine(_directory, "agent.lock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_second_taker_learns_the_pid_of_the_first()
    {
        using LockFile first = Taken();

        LockFile.TryTake(LockPath).ShouldBe(new LockOutcome.HeldBy(Environment.ProcessId));
    }

    [Fact]
    public void A_lock_that_was_given_back_can_be_taken_again()
    {
        Taken().Dispose();

        Taken().Dispose();
    }

    [Fact]
    public void A_file_left_by_a_dead_process_holds_nobody_back()
    {
        File.WriteAllText(LockPath, "4194304999999\nrubbish");

        using LockFile taken = Taken();

        LockFile.TryTake(LockPath).ShouldBe(new LockOutcome.HeldBy(Environment.ProcessId));
    }

    [Fact]
    public void What_cannot_be_locked_is_told_with_the_path()
    {
        string path = Path.Combine(_directory, "absent", "agent.lock");

        LockFile.TryTake(path).ShouldBeOfType<LockOutcome.Unavailable>().Reason.ShouldContain($"{path} cannot be opened: No such file");
    }

    private LockFile Taken() => LockFile.TryTake(LockPath).ShouldBeOfType<LockOutcome.Taken>().File;
}
