# A chain of containers, each after the one before.
steps, image, label = int(config["steps"]), config["image"], config["label"]

rule all:
    input: f"step-{steps}"

rule first:
    output: touch("step-0")

rule step:
    input: lambda wildcards: f"step-{int(wildcards.number) - 1}"
    output: touch("step-{number,[1-9][0-9]*}")
    shell: f"docker run --rm --label {label} {image} true"
