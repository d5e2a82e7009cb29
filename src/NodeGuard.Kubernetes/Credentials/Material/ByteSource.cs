namespace NodeGuard.Kubernetes.Credentials.Material;

/// <summary>Bytes that stand in a kubeconfig, or in a file that it names.</summary>
/// <param name="Place">File and key, for messages.</param>
internal abstract record ByteSource(string Place)
{
    public abstract Outcome<byte[]> Read();

    public sealed record InFile(string Place, string Path) : ByteSource(Place)
    {
        public override Outcome<byte[]> Read()
        {
            var (bytes, problem) = BoundedFile.Read(Path);
            return problem is null ? bytes! : Outcome<byte[]>.Failed($"{Place}: {problem}");
        }
    }

    public sealed record Given(string Place, byte[] Bytes) : ByteSource(Place)
    {
        public override Outcome<byte[]> Read() => Bytes;
    }
}
